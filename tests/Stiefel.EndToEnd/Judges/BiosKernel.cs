using System.Buffers.Binary;
using System.Text;

namespace Stiefel.EndToEnd.Judges;

/// <summary>
/// The smallest program that a boot loader for BIOS accepts as a kernel (Documentation/arch/x86/boot.rst). It writes its name, its arguments and the
/// length of its initrd to the serial port, and halts.
/// </summary>
internal static class BiosKernel
{
    private const int SetupLength = 0x400, ProtectedLength = 0x200, SetupHeader = 0x1f1, Code = 0x280, Name = 0x300, AfterArguments = 0x3f0, End = 0x3f8;

    // Runs in real mode, with ds = es = the segment of the setup code and cs = ds + 0x20:
    //   puts(ds:0x300); puts(linear [0x228]); puts(ds:0x3f0); eight hexadecimal digits of [0x21c]; puts(ds:0x3f8); hlt
    // 0x228 is cmd_line_ptr, 0x21c ramdisk_size; a character goes to port 0x3f8 when bit 5 of port 0x3fd is set.
    private static readonly byte[] s_code = Convert.FromHexString(
        "fcbe0003e8410066a1280289c683e60f66c1e8048ed8e82f00061fbef003e82700668b3e1c02b10866c1c70489f8240f3c0a720204270430e81700fec975e9bef803e80300f4ebfd"
        + "ac84c07415e80200ebf6bafd0386c4eca82074fb86c4baf803eec3");

    /// <summary>Makes the kernel file that prints this name.</summary>
    public static byte[] Of(string name)
    {
        var file = new byte[SetupLength + ProtectedLength];
        file[SetupHeader] = (SetupLength / 512) - 1;
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(0x1f4), ProtectedLength / 16);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(0x1fe), 0xaa55);
        ((ReadOnlySpan<byte>)[0xeb, Code - 0x202]).CopyTo(file.AsSpan(0x200));
        "HdrS"u8.CopyTo(file.AsSpan(0x202));
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(0x206), 0x206);
        file[0x211] = 1;
        (int Offset, uint Value)[] values = [(0x214, 0x100000), (0x22c, 0x37ffffff), (0x238, 2047)];
        foreach ((var offset, var value) in values)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(offset), value);
        }

        s_code.CopyTo(file, Code);
        byte[] text = [.. Encoding.ASCII.GetBytes($"{EfiKernel.Mark}{name}["), 0];
        text.CopyTo(file.AsSpan(Name, AfterArguments - Name));
        "] \0"u8.CopyTo(file.AsSpan(AfterArguments));
        ">\r\n\0"u8.CopyTo(file.AsSpan(End));
        return file;
    }
}
