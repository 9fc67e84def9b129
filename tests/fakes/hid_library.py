"""HID-POS scanners that behave as hidapi's do: what reading returns, what it raises, and when."""

import queue

HONEYWELL_DESCRIPTOR = bytes.fromhex(
    "058c0902a1010912a102850215 0026ff00 7508 9501 0501093b8102"  # number 2, byte count
    "9503 058c 09fb09fc09fd 8102"  # the AIM identifier
    "9538 09fe 820201"  # 56 bytes of data, buffered
    "0666ff 9502 0904 0900 8102"  # two of the maker's own
    "058c 7501 9501 09ff 2501 8102 9507 8103"  # one bit: continued
    "c0c0".replace(" ", "")
)
MAKERS_OWN_DESCRIPTOR = bytes.fromhex(
    "058c0902a101 8505 150026ff00 7508 9520 09fe 8102 7508 9501 09ff 8102 c0".replace(" ", "")
)
"""Another size and order, without a count: number 5, 32 bytes of data, a whole byte for continued."""


def aim_report(data, *, aim=b"]C1", continued=False, count=None):
    """A report as Honeywell's scanners send it."""
    head = bytes([2, len(data) if count is None else count]) + aim
    return head + data.ljust(56, b"\0") + b"j\0" + bytes([continued])


def plain_report(data, *, continued=False, symbology=0):
    """A report as Newland's scanners send it."""
    return bytes([2, len(data)]) + data.ljust(56, b"\0") + bytes(4) + bytes([symbology, continued])


class FakeHandle:
    def __init__(self, scanner):
        self._scanner = scanner
        self.is_closed = False

    def read(self, max_length, timeout_ms):
        if self.is_closed:
            raise ValueError("not open")
        assert timeout_ms > 0, "hidapi would wait for ever"
        try:
            report = self._scanner.reports.get(timeout=timeout_ms / 1000)
        except queue.Empty:
            return []
        if report is None:
            raise OSError("read error")
        return list(report[:max_length])

    def get_report_descriptor(self):
        if self._scanner.descriptor is None:
            raise OSError("read error")
        return list(self._scanner.descriptor)

    def close(self):
        self.is_closed = True


class FakeHidScanner:
    def __init__(self, path=b"/dev/no-hidraw0", *, serial="A17", vendor=0x0C2E, product=0x0B07, page=0x8C):
        self.entry = {
            "path": path,
            "vendor_id": vendor,
            "product_id": product,
            "serial_number": serial,
            "product_string": "A gun",
            "usage_page": page,
            "usage": 2,
        }
        self.descriptor = HONEYWELL_DESCRIPTOR
        self.reports = queue.Queue()
        self.handles = []
        self.plugged_in = True
        self.may_be_opened = True

    def send(self, *reports):
        for report in reports:
            self.reports.put(report)

    def unplug(self):
        self.plugged_in = False
        self.reports.put(None)

    @property
    def is_held(self):
        return any(not handle.is_closed for handle in self.handles)


class FakeHidLibrary:
    def __init__(self, *scanners):
        self.scanners = list(scanners)

    def enumerate(self):
        return [scanner.entry for scanner in self.scanners if scanner.plugged_in]

    def open(self, path):
        scanner = next((each for each in self.scanners if each.entry["path"] == path), None)
        if scanner is None or not scanner.plugged_in or not scanner.may_be_opened:
            raise OSError("open failed")
        handle = FakeHandle(scanner)
        scanner.handles.append(handle)
        return handle
