using System.Buffers.Binary;
using System.Text;
using Stiefel.BootFiles.Catalog.LoaderSpec;

namespace Stiefel.BootFiles.Disk;

/// <summary>An entry of the firmware's boot menu, `Boot####` (UEFI 2.10 §3.1.3, EFI_LOAD_OPTION, and §10.3, device paths).</summary>
internal static class LoadOption
{
    // The description comes after the attributes and the length of the path. Only the attribute ACTIVE matters here.
    private const int HeadLength = 6, Active = 1;
    private const int NodeHeadLength = 4, HardDriveLength = 42;
    private const byte Media = 4, HardDrive = 1, FilePath = 4, End = 0x7f;
    private const byte MbrSignature = 1, GuidSignature = 2;

    /// <summary>The program on a disk that an entry starts; null if the entry starts something else or is inactive.</summary>
    /// <param name="name">The variable's name, `Boot0003`.</param>
    /// <param name="option">The variable's value.</param>
    public static FirmwareProgram? Read(string name, ReadOnlySpan<byte> option)
    {
        if (option.Length < HeadLength || (option[0] & Active) == 0)
        {
            return null;
        }

        int pathLength = BinaryPrimitives.ReadUInt16LittleEndian(option[4..]);
        var description = Text(option[HeadLength..]);
        var rest = option[Math.Min(HeadLength + ((description.Length + 1) * 2), option.Length)..];
        return rest.Length >= pathLength && ReadPath(rest[..pathLength]) is var (partition, path) && path.Length > 0
            ? new FirmwareProgram(name, description, partition, path, Arguments(rest[pathLength..]))
            : null;
    }

    private static (string Partition, string Path)? ReadPath(ReadOnlySpan<byte> nodes)
    {
        var partition = "";
        var path = new StringBuilder();
        while (nodes.Length >= NodeHeadLength && nodes[0] != End)
        {
            int length = BinaryPrimitives.ReadUInt16LittleEndian(nodes[2..]);
            if (length < NodeHeadLength || length > nodes.Length)
            {
                return null;
            }

            if (nodes[0] == Media && nodes[1] == HardDrive && length == HardDriveLength)
            {
                partition = PartUuid(nodes[..length]);
            }
            else if (nodes[0] == Media && nodes[1] == FilePath)
            {
                path.Append('/').Append(Text(nodes[NodeHeadLength..length]).Replace('\\', '/').Trim('/'));
            }

            nodes = nodes[length..];
        }

        return (partition, path.ToString().TrimStart('/'));
    }

    /// <summary>The partition's UUID in blkid's form; for MBR, the disk's signature and the partition's number.</summary>
    private static string PartUuid(ReadOnlySpan<byte> node) => node[41] switch
    {
        GuidSignature => new Guid(node[24..40]).ToString(),
        MbrSignature => $"{BinaryPrimitives.ReadUInt32LittleEndian(node[24..]):x8}-{BinaryPrimitives.ReadUInt32LittleEndian(node[4..]):x2}",
        _ => "",
    };

    /// <summary>UCS-2 text up to a zero, or to the end.</summary>
    private static string Text(ReadOnlySpan<byte> bytes)
    {
        var text = Encoding.Unicode.GetString(bytes[..(bytes.Length & ~1)]);
        return text.IndexOf('\0', StringComparison.Ordinal) is >= 0 and var end ? text[..end] : text;
    }

    // Some firmware stores binary data here; the arguments of a kernel are text in UCS-2.
    private static string Arguments(ReadOnlySpan<byte> data) => Text(data) is var text && text.All(c => c is >= ' ' and <= '~') ? text.Trim() : "";
}
