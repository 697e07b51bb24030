#!/bin/sh
# The first process of the guest kernel (scripts/lab-kernel.ts). It sees the machine's own files,
# and what it writes stays in its memory. Arguments: a folder, and the command to run there.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
root=/run/root
fail() { echo "the guest cannot $1"; echo "guest-exit 1"; exec sleep 3600; }
mount -t proc proc /proc && mount -t tmpfs run /run || fail "mount anything"
mkdir /run/upper /run/work $root
mount -t overlay -o lowerdir=/,upperdir=/run/upper,workdir=/run/work root $root || fail "write"
mount -t devtmpfs dev $root/dev && mkdir -p $root/dev/pts $root/dev/shm || fail "have devices"
mount -t devpts pts $root/dev/pts
ln -s /proc/self/fd $root/dev/fd
for at in dev/shm run tmp; do mount -t tmpfs -o mode=1777 memory $root/$at; done
mount -t proc proc $root/proc && mount -t sysfs sys $root/sys || fail "see itself"
# In this kind of kernel io_uring takes the whole of it down.
sysctl -qw kernel.io_uring_disabled=2 || fail "do without io_uring"
ip link set lo up
folder=$1
shift
# A pipe, so that programs do not take the console for a person's terminal.
{
  chroot $root sh -c 'cd "$0" && exec "$@"' "$folder" "$@" </dev/null
  echo "guest-exit $?"
} 2>&1 | cat
exec sleep 3600
