using System.Buffers.Binary;
using System.Text;

namespace Stiefel.Cli.Setup.Entries;

/// <summary>Encodes EFI_LOAD_OPTION, the value of a Boot#### variable (UEFI 2.10 §3.1.3), for a file on a GPT partition (§10.3.5).</summary>
internal static class FirmwareOption
{
    private const uint Active = 1;
    private const byte Media = 4, HardDrive = 1, FilePath = 4, GuidPartitionTable = 2, GuidSignature = 2;
    private const int HardDriveLength = 42;

    private static readonly byte[] s_end = [0x7f, 0xff, 4, 0];

    /// <summary>Encodes the variable's value.</summary>
    /// <param name="description">The name that the firmware's menu shows.</param>
    /// <param name="partition">The partition that holds the program.</param>
    /// <param name="file">The program's path there, with backslashes.</param>
    /// <param name="arguments">The program's arguments; null for none, because shim takes any for the name of the program that it starts.</param>
    public static byte[] Encode(string description, EfiPartition partition, string file, string? arguments)
    {
        var drive = new byte[HardDriveLength];
        (drive[0], drive[1], drive[40], drive[41]) = (Media, HardDrive, GuidPartitionTable, GuidSignature);
        BinaryPrimitives.WriteUInt16LittleEndian(drive.AsSpan(2), HardDriveLength);
        BinaryPrimitives.WriteUInt32LittleEndian(drive.AsSpan(4), partition.Number);
        BinaryPrimitives.WriteUInt64LittleEndian(drive.AsSpan(8), partition.Start);
        BinaryPrimitives.WriteUInt64LittleEndian(drive.AsSpan(16), partition.Blocks);
        partition.Id.TryWriteBytes(drive.AsSpan(24));
        var name = Text(file);
        byte[] path = [.. drive, Media, FilePath, .. Little((ushort)(name.Length + 4)), .. name, .. s_end];
        var active = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(active, Active);
        return [.. active, .. Little((ushort)path.Length), .. Text(description), .. path, .. arguments is null ? [] : Text(arguments)];
    }

    private static byte[] Text(string text) => Encoding.Unicode.GetBytes(text + "\0");

    private static byte[] Little(ushort number) => [(byte)number, (byte)(number >> 8)];
}
