"""Ways in which the ports are listed in the helper process. Found by their names there."""

import os
import time

from traitortrack_desktop.devices.port_listing import SerialPort


def two_ports():
    return (
        SerialPort(place="COM3", label="Scanner", vendor=0x1EAB, product=0x22, serial="A17", location="1-1"),
        SerialPort(place=f"COM{os.getpid()}", label="of this process"),
    )


def hangs():
    time.sleep(600)  # killed long before
    return ()


def raises():
    raise OSError("the system does not say")


def dies():
    os._exit(3)
