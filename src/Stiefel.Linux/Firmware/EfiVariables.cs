using System.Buffers.Binary;
using System.Globalization;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Firmware;

/// <summary>The firmware's variables, which persist without power (Documentation/filesystems/efivarfs.rst). Each is a file, with four bytes of attributes before the value.</summary>
/// <param name="directory">The directory where efivarfs is mounted.</param>
public sealed class EfiVariables(string directory = EfiVariables.Root)
{
    /// <summary>The usual directory of efivarfs.</summary>
    public const string Root = "/sys/firmware/efi/efivars";

    /// <summary>EFI_GLOBAL_VARIABLE, whose variables are the firmware's own (UEFI 2.10 §3.3).</summary>
    public static readonly Guid Global = new("8be4df61-93ca-11d2-aa0d-00e098032b8c");

    private const int MaxBytes = 64 * 1024;

    // UEFI 2.10 §8.2: non-volatile, and accessible both before and after the boot loader hands over to the system.
    private static readonly byte[] s_lasting = [7, 0, 0, 0];

    /// <summary>The four bytes of attributes that come before the value of a persistent variable.</summary>
    public static ReadOnlySpan<byte> Lasting => s_lasting;

    /// <summary>True if the machine was started by UEFI and its variables can be seen. (UEFI always has some variables.)</summary>
    public bool AreThere => Directory.Exists(directory) && Directory.EnumerateFiles(directory).Any();

    /// <summary>True if there is a variable of this name.</summary>
    public bool Has(string name, Guid vendor) => File.Exists(PathOf(name, vendor));

    /// <summary>The numbers that follow a name as four hexadecimal digits, in order: for `Boot` and a variable Boot0A17, 0x0A17.</summary>
    public IReadOnlyList<ushort> NumbersOf(string name, Guid vendor) => !Directory.Exists(directory) ? [] :
        [.. Directory.EnumerateFiles(directory, $"{name}????-{vendor}")
            .Select(file => ushort.TryParse(Path.GetFileName(file).AsSpan(name.Length, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number) ? number : (ushort?)null)
            .OfType<ushort>().Order()];

    /// <summary>The value of a variable; empty if it does not exist or cannot be read.</summary>
    public byte[] Read(string name, Guid vendor)
    {
        try
        {
            using var file = new FileStream(PathOf(name, vendor), FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            var buffer = new byte[MaxBytes];
            var length = file.ReadAtLeast(buffer, MaxBytes, throwOnEndOfStream: false);
            return buffer[Math.Min(length, s_lasting.Length)..length];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>The entries of the firmware's menu that a variable (BootOrder or BootCurrent) lists; none if it does not exist.</summary>
    public IReadOnlyList<ushort> ReadEntries(string name) =>
        [.. Read(name, Global).Chunk(sizeof(ushort)).Where(two => two.Length == sizeof(ushort)).Select(two => BinaryPrimitives.ReadUInt16LittleEndian(two))];

    /// <summary>Creates a variable, or replaces its value.</summary>
    /// <exception cref="IOException">The firmware has no room, or refuses the value.</exception>
    /// <exception cref="UnauthorizedAccessException">The existing variable cannot be replaced.</exception>
    public void Set(string name, Guid vendor, ReadOnlySpan<byte> value)
    {
        Remove(name, vendor);
        Add(name, vendor, value);
    }

    /// <summary>Creates a variable, which must not exist: the kernel protects existing ones against changes.</summary>
    /// <exception cref="IOException">The firmware has no room, or refuses the value.</exception>
    public void Add(string name, Guid vendor, ReadOnlySpan<byte> value)
    {
        // One write, because each write is one call of the firmware; shared, because efivarfs has no locks.
        using var file = new FileStream(PathOf(name, vendor), FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        file.Write([.. s_lasting, .. value]);
    }

    /// <summary>Removes a variable, if it exists. Needs CAP_LINUX_IMMUTABLE.</summary>
    /// <exception cref="IOException">The variable could not be removed.</exception>
    /// <exception cref="UnauthorizedAccessException">The variable could not be removed.</exception>
    public void Remove(string name, Guid vendor)
    {
        var path = PathOf(name, vendor);
        if (File.Exists(path))
        {
            Unprotect(path);
            File.Delete(path);
        }
    }

    // The kernel makes every variable immutable that it does not know, because some machines do not start if one of theirs is missing.
    private static unsafe void Unprotect(string path)
    {
        using var file = File.OpenHandle(path, share: FileShare.ReadWrite);
        long flags;
        if (LinuxFs.ioctl(file, LinuxFs.FS_IOC_GETFLAGS, &flags) != 0 || (flags & LinuxFs.FS_IMMUTABLE_FL) == 0)
        {
            return;
        }

        flags &= ~(long)LinuxFs.FS_IMMUTABLE_FL;
        if (LinuxFs.ioctl(file, LinuxFs.FS_IOC_SETFLAGS, &flags) != 0)
        {
            throw LinuxException.FromLastError($"ioctl(\"{path}\", FS_IOC_SETFLAGS)");
        }
    }

    private string PathOf(string name, Guid vendor) => Path.Combine(directory, $"{name}-{vendor}");
}
