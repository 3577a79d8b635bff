using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Files;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.BlockDevices;

/// <summary>
/// An open disk, partition or disk image. Block devices are claimed exclusively (O_EXCL, man 2 open): nothing can mount,
/// swap on, or claim them while they are open. Block devices and images are also locked (F_OFD_SETLK, man 2 fcntl) in a way that QEMU, which does
/// not claim, understands: against everyone if opened for writing, against writers if opened as the base of a snapshot. All members may be used by several threads at once; failures throw
/// <see cref="LinuxException"/>. The class is split by subject: opening and plain reads and writes here, then Ranges (trim, zeroes, extents), PageCache, Kept and Scratch.
/// </summary>
public sealed partial class BlockDevice : IDisposable
{
    // block/file-posix.c of QEMU: a lock on byte 200 + n says that nobody else may do n; 1 means write, 3 means resize.
    // A QEMU that wants to write checks whether that byte is locked. When we write, we lock the whole file.
    private const int QemuUnsharedWrite = 201;
    private const int QemuUnsharedResize = 203;

    // Retry, because a child process that another thread starts holds copies of descriptors we have just closed, with claim and lock, until its exec.
    private const int MaxAttempts = 25;
    private static readonly TimeSpan s_betweenAttempts = TimeSpan.FromMilliseconds(20);

    private readonly SafeFileHandle _handle;

    private BlockDevice(SafeFileHandle handle, string path, bool isBlockSpecial, bool isReadOnly)
    {
        _handle = handle;
        Path = path;
        IsBlockSpecial = isBlockSpecial;
        IsReadOnly = isReadOnly;
    }

    /// <summary>The path given to <see cref="Open"/>.</summary>
    public string Path { get; }

    /// <summary>True for a block device, false for a regular file.</summary>
    public bool IsBlockSpecial { get; }

    /// <summary>True if opened for reading only.</summary>
    public bool IsReadOnly { get; }

    /// <summary>Size in bytes at the time of opening.</summary>
    public long Size { get; private set; }

    /// <summary>Distinguishes this disk from another that later has the same name: its size, and its serial number or the file's inode.</summary>
    public string Identity { get; private set; } = "";

    /// <summary>The size of a logical sector in bytes; 1 for a file.</summary>
    public int LogicalSectorSize { get; private set; } = 1;

    /// <summary>Bytes of a physical sector; a page for a file.</summary>
    public int PhysicalSectorSize { get; private set; } = 4096;

    /// <summary>True if seeks cost time; always false for a file.</summary>
    public bool IsRotational { get; private set; }

    /// <summary>True if discards reach the medium.</summary>
    public bool CanDiscard { get; private set; } = true;

    /// <summary>True if the device can write zeroes by itself, without being sent them.</summary>
    public bool CanOffloadZeroes { get; private set; } = true;

    /// <summary>
    /// Opens a block device or a regular file. EBUSY means that something else uses it: <see cref="DiskUse"/> tells what.
    /// </summary>
    public static BlockDevice Open(string path, bool readOnly) => Open(path, readOnly, readOnly ? FileLock.None : FileLock.Exclusive, claims: true);

    /// <summary>
    /// As <see cref="Open(string, bool)"/>, for reading as the base of a snapshot: others may read an image, but nobody may write it.
    /// </summary>
    /// <param name="path">The device or file.</param>
    /// <param name="claims">False leaves a block device unclaimed, so that its partitions can be mounted meanwhile; the caller must make sure that they are mounted read-only.</param>
    public static BlockDevice OpenUnchanging(string path, bool claims = true) => Open(path, readOnly: true, FileLock.Shared, claims);

    /// <summary>
    /// Makes the kernel read the partition table again, which it does not do by itself after the whole disk was written. No partition may be in use.
    /// </summary>
    /// <returns>False if the kernel refuses: the disk cannot have partitions, a partition is in use, or the path is not a block device.</returns>
    public static unsafe bool TryRereadPartitions(string path)
    {
        if (DeviceNumber.OfBlockDevice(path) is null)
        {
            return false;
        }

        using var handle = Fcntl.open(path, Fcntl.O_RDONLY | Fcntl.O_NONBLOCK | Fcntl.O_CLOEXEC, 0);
        return !handle.IsInvalid && LinuxFs.ioctl(handle, LinuxFs.BLKRRPART, null) == 0;
    }

    private static BlockDevice Open(string path, bool readOnly, FileLock fileLock, bool claims)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return OpenOnce(path, readOnly, fileLock, claims);
            }
            catch (LinuxException e) when (e.Errno == Errno.EBUSY && attempt < MaxAttempts)
            {
                Thread.Sleep(s_betweenAttempts);
            }
        }
    }

    private static BlockDevice OpenOnce(string path, bool readOnly, FileLock fileLock, bool claims)
    {
        (var type, var number) = DeviceNumber.Stat(path);
        var isBlockSpecial = type == SysStat.S_IFBLK;
        if (!isBlockSpecial && type != SysStat.S_IFREG)
        {
            throw new IOException($"{path} is neither a block device nor a regular file");
        }

        var isExclusive = isBlockSpecial && claims;
        var flags = (readOnly ? Fcntl.O_RDONLY : Fcntl.O_RDWR) | (isExclusive ? Fcntl.O_EXCL : 0) | Fcntl.O_CLOEXEC | Fcntl.O_NOCTTY;
        var handle = Fcntl.open(path, flags, 0);
        if (handle.IsInvalid)
        {
            var call = $"open(\"{path}\", {(readOnly ? "O_RDONLY" : "O_RDWR")}{(isExclusive ? "|O_EXCL" : "")})";
            var error = LinuxException.FromLastError(call);
            handle.Dispose();
            throw error;
        }

        var device = new BlockDevice(handle, path, isBlockSpecial, readOnly);
        try
        {
            device.Claim(fileLock);
            device.Measure(number);
            return device;
        }
        catch
        {
            device.Dispose();
            throw;
        }
    }

    /// <summary>Fills the buffer from the offset in bytes; throws EIO if the device ends before that.</summary>
    public unsafe void Read(long offset, Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            var done = 0;
            while (done < buffer.Length)
            {
                var count = Unistd.pread(_handle, start + done, (nuint)(buffer.Length - done), offset + done);
                if (count <= 0)
                {
                    var errno = count == 0 ? Errno.EIO : Marshal.GetLastPInvokeError();
                    if (errno == Errno.EINTR)
                    {
                        continue;
                    }

                    throw new LinuxException($"pread({Path}, {buffer.Length - done} bytes at {offset + done})", errno);
                }

                done += (int)count;
            }
        }
    }

    /// <summary>Writes all data at the offset in bytes, into the page cache; <see cref="Sync"/> makes it durable.</summary>
    public unsafe void Write(long offset, ReadOnlySpan<byte> data)
    {
        fixed (byte* start = data)
        {
            var done = 0;
            while (done < data.Length)
            {
                var count = Unistd.pwrite(_handle, start + done, (nuint)(data.Length - done), offset + done);
                if (count <= 0)
                {
                    var errno = count == 0 ? Errno.EIO : Marshal.GetLastPInvokeError();
                    if (errno == Errno.EINTR)
                    {
                        continue;
                    }

                    throw new LinuxException($"pwrite({Path}, {data.Length - done} bytes at {offset + done})", errno);
                }

                done += (int)count;
            }
        }
    }

    /// <summary>
    /// Waits until everything written is on the medium (man 2 fdatasync). The kernel reports a lost write to one call
    /// only: after a failure, a later success proves nothing.
    /// </summary>
    public void Sync()
    {
        while (Unistd.fdatasync(_handle) != 0)
        {
            if (Marshal.GetLastPInvokeError() != Errno.EINTR)
            {
                throw LinuxException.FromLastError($"fdatasync({Path})");
            }
        }
    }

    /// <summary>
    /// Returns a mark that will differ if something writes the disk after it is closed. Call it when all writes are on the medium (<see cref="Sync"/>).
    /// Empty if changes of this disk cannot be detected.
    /// </summary>
    /// <exception cref="LinuxException">The state cannot be read.</exception>
    public string ReadChangeMark() => ChangeMark.Of(_handle, Path, new BlockSysfs());

    /// <summary>Starts reading the range into the page cache. This is only advice, so failures are not reported.</summary>
    public void Prefetch(long offset, long length) => _ = Fcntl.posix_fadvise(_handle, offset, length, Fcntl.POSIX_FADV_WILLNEED);

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    /// <summary>How an image file is locked against other programs.</summary>
    private enum FileLock
    {
        None,
        Shared,
        Exclusive,
    }

    private unsafe void Claim(FileLock fileLock)
    {
        switch (fileLock)
        {
            case FileLock.Exclusive:
                Lock(Fcntl.F_WRLCK, 0, 0);
                break;
            case FileLock.Shared:
                Lock(Fcntl.F_RDLCK, QemuUnsharedWrite, 1);
                Lock(Fcntl.F_RDLCK, QemuUnsharedResize, 1);
                break;
        }

        if (!IsBlockSpecial)
        {
            return;
        }

        // Drop pages that blkid or a mount of a partition left in the page cache: what is served must be what is on the medium.
        _ = LinuxFs.ioctl(_handle, LinuxFs.BLKFLSBUF, null);
        var refusesWrites = 0;
        if (!IsReadOnly && LinuxFs.ioctl(_handle, LinuxFs.BLKROGET, &refusesWrites) == 0 && refusesWrites != 0)
        {
            throw new LinuxException($"open(\"{Path}\", O_RDWR)", Errno.EROFS, $"the device is set to refuse writes; to allow them, run blockdev --setrw {Path}");
        }
    }

    /// <summary>True if another program has locked any part of it, as a virtual machine does. Only for devices that this object has not locked.</summary>
    internal unsafe bool IsLockedByAnother()
    {
        var range = new Fcntl.flock { l_type = Fcntl.F_WRLCK };
        return Fcntl.fcntl(_handle, Fcntl.F_OFD_GETLK, &range) == 0 && range.l_type != Fcntl.F_UNLCK;
    }

    // A length of 0 locks up to the end, wherever that will be.
    private unsafe void Lock(short type, long start, long length)
    {
        var range = new Fcntl.flock { l_type = type, l_start = start, l_len = length };
        if (Fcntl.fcntl(_handle, Fcntl.F_OFD_SETLK, &range) == 0)
        {
            return;
        }

        // Report only another program's lock; some network file systems do not support locks at all.
        var errno = Marshal.GetLastPInvokeError();
        if (errno is Errno.EAGAIN or Errno.EACCES)
        {
            throw new LinuxException($"fcntl({Path}, F_OFD_SETLK): another program has locked it", Errno.EBUSY);
        }
    }

    private unsafe void Measure(DeviceNumber number)
    {
        var end = Unistd.lseek(_handle, 0, Unistd.SEEK_END);
        Size = end >= 0 ? end : throw LinuxException.FromLastError($"lseek({Path}, SEEK_END)");
        Identity = MediumIdentity.Of(_handle, Path, Size);
        if (!IsBlockSpecial)
        {
            return;
        }

        var logical = 512;
        uint physical = 4096;
        ushort rotational = 0;
        _ = LinuxFs.ioctl(_handle, LinuxFs.BLKSSZGET, &logical);
        _ = LinuxFs.ioctl(_handle, LinuxFs.BLKPBSZGET, &physical);
        _ = LinuxFs.ioctl(_handle, LinuxFs.BLKROTATIONAL, &rotational);
        LogicalSectorSize = logical;
        PhysicalSectorSize = (int)physical;
        IsRotational = rotational != 0;
        var sysfs = new BlockSysfs();
        IsShared = ChangeMark.IsShared(number, sysfs);
        CanDiscard = sysfs.ReadQueueNumber(number, "discard_max_bytes") > 0;
        CanOffloadZeroes = sysfs.ReadQueueNumber(number, "write_zeroes_max_bytes") > 0;
    }
}
