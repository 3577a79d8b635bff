using System.Buffers;
using System.Text;

namespace Stiefel.Linux.Initramfs;

/// <summary>
/// Writes a cpio archive in the kernel's `newc` format. Equal calls give equal bytes: entries stay in the order of the calls, no clock is read, and inodes are numbered in order.
/// Entries without content are buffered and written together with the next file or the trailer, so only those two methods have Async variants.
/// The destination's position must be a multiple of 4 in the final initramfs (see <see cref="CpioPadding"/>). The destination is not closed.
/// </summary>
public sealed class CpioWriter
{
    private const uint RegularFile = 0x8000; // S_IFREG, man 7 inode
    private const uint Directory = 0x4000; // S_IFDIR
    private const uint SymbolicLink = 0xA000; // S_IFLNK
    private const uint CharacterDevice = 0x2000; // S_IFCHR
    private const int CopyBufferSize = 64 * 1024;

    // The block size of GNU cpio; the kernel skips zeros between archives.
    private const int BlockSize = 512;

    private readonly Stream _destination;
    private readonly ArrayBufferWriter<byte> _pending = new();
    private long _position;
    private uint _inode;
    private bool _completed;

    /// <summary>Begins an archive at the destination's present position.</summary>
    public CpioWriter(Stream destination) => _destination = destination;

    /// <summary>Modification time of entries added from now on, in seconds since 1970.</summary>
    public uint Modified { get; set; }

    /// <summary>Owner of entries added from now on.</summary>
    public uint UserId { get; set; }

    /// <summary>Group of entries added from now on.</summary>
    public uint GroupId { get; set; }

    /// <summary>Adds a directory. Its parents must have been added before: the kernel does not create them.</summary>
    /// <param name="path">A relative path, with `/` between names and without `.` or `..`, as in every method here.</param>
    /// <param name="mode">Permission bits.</param>
    public void AddDirectory(string path, UnixFileMode mode) => AddEntry(path, Directory, mode, content: [], links: 2);

    /// <summary>Adds a symbolic link to <paramref name="target"/>.</summary>
    public void AddSymlink(string path, string target)
    {
        var bytes = Encoding.UTF8.GetBytes(target);
        if (bytes.Length is 0 or >= CpioHeader.MaxPathBytes || target.Contains('\0'))
        {
            throw new ArgumentException($"the target of symlink {path} must have 1 to {CpioHeader.MaxPathBytes - 1} bytes", nameof(target));
        }

        AddEntry(path, SymbolicLink, (UnixFileMode)0x1FF, bytes, links: 1);
    }

    /// <summary>Adds a character device such as `dev/console` 5,1 (Documentation/admin-guide/devices.txt).</summary>
    public void AddDevice(string path, UnixFileMode mode, uint major, uint minor) =>
        AddEntry(path, CharacterDevice, mode, content: [], links: 1, major, minor);

    /// <summary>Adds a regular file with content from memory.</summary>
    public void AddFile(string path, UnixFileMode mode, ReadOnlyMemory<byte> content)
    {
        AddFileHeader(path, mode, content.Length);
        FlushPending();
        Write(content.Span);
        AddPadding(4);
    }

    /// <summary>Adds a regular file of exactly <paramref name="length"/> bytes from a stream.</summary>
    /// <exception cref="InvalidDataException">The stream holds fewer or more bytes.</exception>
    public void AddFile(string path, UnixFileMode mode, Stream content, long length)
    {
        AddFileHeader(path, mode, length);
        FlushPending();
        var buffer = ArrayPool<byte>.Shared.Rent(CopyBufferSize);
        long copied = 0;
        for (int count; (count = content.Read(buffer)) > 0;)
        {
            CheckLength(path, copied += count, length, atEnd: false);
            Write(buffer.AsSpan(0, count));
        }

        ArrayPool<byte>.Shared.Return(buffer);
        CheckLength(path, copied, length, atEnd: true);
        AddPadding(4);
    }

    /// <inheritdoc cref="AddFile(string, UnixFileMode, Stream, long)"/>
    public async Task AddFileAsync(string path, UnixFileMode mode, Stream content, long length, CancellationToken token)
    {
        AddFileHeader(path, mode, length);
        await FlushPendingAsync(token);
        var buffer = ArrayPool<byte>.Shared.Rent(CopyBufferSize);
        long copied = 0;
        for (int count; (count = await content.ReadAsync(buffer, token)) > 0;)
        {
            CheckLength(path, copied += count, length, atEnd: false);
            await _destination.WriteAsync(buffer.AsMemory(0, count), token);
            _position += count;
        }

        ArrayPool<byte>.Shared.Return(buffer);
        CheckLength(path, copied, length, atEnd: true);
        AddPadding(4);
    }

    /// <summary>Ends the archive with the entry `TRAILER!!!` and zeros up to a multiple of 512. Does not flush the destination.</summary>
    public void Complete()
    {
        AddTrailer();
        FlushPending();
    }

    /// <inheritdoc cref="Complete"/>
    public async Task CompleteAsync(CancellationToken token)
    {
        AddTrailer();
        await FlushPendingAsync(token);
    }

    private void AddFileHeader(string path, UnixFileMode mode, long length)
    {
        if (length is < 0 or > uint.MaxValue)
        {
            throw new ArgumentOutOfRangeException(nameof(length), length, $"{path}: a cpio archive holds files of up to 4 GiB");
        }

        AddHeader(path, new CpioHeader { Mode = RegularFile | (uint)mode, Links = 1, FileSize = (uint)length });
    }

    private void AddEntry(string path, uint type, UnixFileMode mode, byte[] content, uint links, uint major = 0, uint minor = 0)
    {
        AddHeader(path, new CpioHeader
        {
            Mode = type | (uint)mode, Links = links, FileSize = (uint)content.Length, DeviceMajor = major, DeviceMinor = minor,
        });
        _pending.Write(content);
        AddPadding(4);
    }

    private void AddHeader(string path, CpioHeader header)
    {
        ObjectDisposedException.ThrowIf(_completed, this);
        CheckPath(path);
        _pending.Write((header with { Inode = ++_inode, UserId = UserId, GroupId = GroupId, Modified = Modified }).ToBytes(path));
    }

    private void AddTrailer()
    {
        ObjectDisposedException.ThrowIf(_completed, this);
        _completed = true;
        _pending.Write(new CpioHeader { Links = 1 }.ToBytes("TRAILER!!!"));
        AddPadding(BlockSize);
    }

    private void AddPadding(int alignment)
    {
        var excess = (int)((_position + _pending.WrittenCount) % alignment);
        if (excess != 0)
        {
            _pending.Write(new byte[alignment - excess]);
        }
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        _destination.Write(bytes);
        _position += bytes.Length;
    }

    private void FlushPending()
    {
        Write(_pending.WrittenSpan);
        _pending.ResetWrittenCount();
    }

    private async Task FlushPendingAsync(CancellationToken token)
    {
        await _destination.WriteAsync(_pending.WrittenMemory, token);
        _position += _pending.WrittenCount;
        _pending.ResetWrittenCount();
    }

    private static void CheckLength(string path, long copied, long length, bool atEnd)
    {
        if (copied > length || (atEnd && copied < length))
        {
            throw new InvalidDataException($"{path}: has {(atEnd ? copied : $"more than {length}")} bytes instead of the {length} announced; it may have changed while it was read: try again");
        }
    }

    private static void CheckPath(string path)
    {
        if (Encoding.UTF8.GetByteCount(path) >= CpioHeader.MaxPathBytes || path.Contains('\0')
            || path.Split('/').Any(name => name is "" or "." or ".."))
        {
            throw new ArgumentException($"`{path}` is not a valid path in an archive: it must be relative, shorter than {CpioHeader.MaxPathBytes} bytes, and without `.` and `..`", nameof(path));
        }
    }
}
