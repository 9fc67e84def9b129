#!/bin/busybox sh
# The first program of the guest: load the drivers, borrow the host's files read-only, run the checks, power off.
b=/bin/busybox
$b mkdir -p /proc /sys /dev /host
$b mount -t proc proc /proc
$b mount -t sysfs sysfs /sys
$b mount -t devtmpfs devtmpfs /dev
exec </dev/null >/dev/ttyS1 2>&1
$b stty -F /dev/ttyS1 raw

(
    $b sleep 570
    echo "rig: the guest's time is up"
    $b poweroff -f
) &

for module in /modules/*.ko; do
    case $module in
        *dummy_hcd.ko) $b insmod "$module" num=4 ;;
        *) $b insmod "$module" ;;
    esac || echo "rig: could not load $module"
done

# Nothing of the host can be changed: what a program may write lies in the guest's memory, in /dev/shm.
$b mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=loose,ro host /host
$b mount -t tmpfs tmpfs /host/run
for folder in dev proc sys; do $b mount --rbind /$folder /host/$folder; done
$b mkdir -p /dev/pts /dev/shm
$b mount -t devpts devpts /host/dev/pts
$b mount -t tmpfs tmpfs /host/dev/shm
$b mount -t configfs configfs /host/sys/kernel/config

. /checks
$b chroot /host /usr/bin/env -i PATH=/usr/bin:/bin HOME=/dev/shm TMPDIR=/dev/shm LANG=C.UTF-8 \
    PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PYTHONPATH="$CHECKOUT" \
    "$PYTHON" "$CHECKOUT/tests/rig/guest_checks.py" "$@"
echo "rig: checks exited $?"
$b poweroff -f
