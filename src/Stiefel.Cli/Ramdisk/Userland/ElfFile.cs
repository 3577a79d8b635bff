using System.Buffers.Binary;
using System.Text;

namespace Stiefel.Cli.Ramdisk.Userland;

/// <summary>What a 64-bit little-endian ELF program or library needs of the dynamic linker (man 5 elf).</summary>
/// <param name="Interpreter">PT_INTERP, or null for libraries and static programs.</param>
/// <param name="Needed">DT_NEEDED: names of libraries.</param>
internal sealed record ElfFile(string? Interpreter, IReadOnlyList<string> Needed)
{
    /// <summary>Largest accepted file in bytes; nothing in the ramdisk comes near it.</summary>
    public const long MaxLength = 256L * 1024 * 1024;

    private const int HeaderSize = 64;
    private const int ProgramHeaderSize = 56;
    private const int DynamicEntrySize = 16;
    private const uint Load = 1;
    private const uint Dynamic = 2;
    private const uint Interp = 3;
    private const long NeededTag = 1;
    private const long StringTableTag = 5;

    private static ReadOnlySpan<byte> Magic => [0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1];

    /// <returns>Null if the file is not such an ELF file.</returns>
    public static ElfFile? Read(string path)
    {
        using var file = File.OpenRead(path);
        Span<byte> start = stackalloc byte[6];
        if (file.Length is < HeaderSize or > MaxLength || file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) < start.Length || !start.SequenceEqual(Magic))
        {
            return null;
        }

        var bytes = new byte[file.Length];
        file.Position = 0;
        file.ReadExactly(bytes);
        return Parse(bytes) ?? throw new InvalidDataException($"{path}: damaged ELF file");
    }

    /// <returns>Null if an offset leads out of the file.</returns>
    internal static ElfFile? Parse(ReadOnlySpan<byte> file)
    {
        try
        {
            return ParseChecked(file);
        }
        catch (Exception error) when (error is ArgumentOutOfRangeException or OverflowException or InvalidOperationException)
        {
            return null;
        }
    }

    private static ElfFile ParseChecked(ReadOnlySpan<byte> file)
    {
        var table = checked((int)BinaryPrimitives.ReadInt64LittleEndian(file[32..]));
        int count = BinaryPrimitives.ReadUInt16LittleEndian(file[56..]);
        var segments = new List<(uint Type, long Offset, long Address, long Size)>();
        for (var index = 0; index < count; index++)
        {
            var header = file.Slice(table + (index * ProgramHeaderSize), ProgramHeaderSize);
            segments.Add((
                BinaryPrimitives.ReadUInt32LittleEndian(header),
                BinaryPrimitives.ReadInt64LittleEndian(header[8..]),
                BinaryPrimitives.ReadInt64LittleEndian(header[16..]),
                BinaryPrimitives.ReadInt64LittleEndian(header[32..])));
        }

        var interpreter = segments.FirstOrDefault(segment => segment.Type == Interp);
        var dynamic = segments.FirstOrDefault(segment => segment.Type == Dynamic);
        return new ElfFile(
            interpreter.Type == Interp ? Text(file, interpreter.Offset) : null,
            dynamic.Type == Dynamic ? ReadNeeded(file, segments, checked((int)dynamic.Offset), checked((int)dynamic.Size)) : []);
    }

    private static List<string> ReadNeeded(ReadOnlySpan<byte> file, List<(uint Type, long Offset, long Address, long Size)> segments, int offset, int size)
    {
        var names = new List<long>();
        long strings = 0;
        for (var entries = file.Slice(offset, size); entries.Length >= DynamicEntrySize; entries = entries[DynamicEntrySize..])
        {
            var tag = BinaryPrimitives.ReadInt64LittleEndian(entries);
            var value = BinaryPrimitives.ReadInt64LittleEndian(entries[8..]);
            if (tag == 0)
            {
                break;
            }

            if (tag == NeededTag)
            {
                names.Add(value);
            }
            else if (tag == StringTableTag)
            {
                // The value is an address in memory; find its offset in the file by the segment that is loaded there.
                var home = segments.First(segment => segment.Type == Load && value >= segment.Address && value - segment.Address < segment.Size);
                strings = value - home.Address + home.Offset;
            }
        }

        var needed = new List<string>();
        foreach (var name in names)
        {
            needed.Add(Text(file, checked(strings + name)));
        }

        return needed;
    }

    private static string Text(ReadOnlySpan<byte> file, long offset)
    {
        var rest = file[checked((int)offset)..];
        return Encoding.UTF8.GetString(rest[..rest.IndexOf((byte)0)]);
    }
}
