using System.Buffers.Binary;
using System.Text;

namespace Stiefel.EndToEnd.Judges;

/// <summary>
/// The smallest EFI program that our reader takes for a kernel: it has the header of a bzImage. It prints its name and the arguments that the boot
/// loader passes, and powers the machine off.
/// </summary>
internal static class EfiKernel
{
    /// <summary>The beginning of its output; its name and, in brackets, its arguments follow.</summary>
    public const string Mark = "<stiefel ";

    private const int SetupHeader = 0x202, FileHeader = 0x280, OptionalHeaderLength = 240, Content = 0x400;
    private const int SectionLength = 0x400, Alignment = 0x200, Page = 0x1000;

    // rbx is the system table, rsi the loaded image (UEFI 2.10 §4.3, §7.3, §9.1):
    //   HandleProtocol(image, &guid, &rsi); OutputString(text); if (rsi->LoadOptionsSize) OutputString(rsi->LoadOptions);
    //   OutputString(L"]>\r\n"); ResetSystem(EfiResetShutdown, 0, 0, 0)
    // The GUID of EFI_LOADED_IMAGE_PROTOCOL and the last text follow, and then the first text, which ends the program.
    private static readonly byte[] s_code = Convert.FromHexString(
        "5356574883ec404889d3488b4360488d15540000004c8d442428ff9098000000488b742428488d1557000000488b4b40ff5108837e3000740b488b5638488b4b40ff5108488d152e000000"
        + "488b4b40ff5108488b4358b90200000031d24531c04531c9ff5068f4ebfda1311b5b6295d2118e3f00a0c969723b5d003e000d000a000000");

    /// <summary>Makes the program that prints this name.</summary>
    public static byte[] Of(string name)
    {
        byte[] code = [.. s_code, .. Encoding.Unicode.GetBytes($"{Mark}{name}[\0")];
        var file = new byte[Content + SectionLength];
        "MZ"u8.CopyTo(file);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(0x3c), FileHeader);
        "HdrS"u8.CopyTo(file.AsSpan(SetupHeader));
        WriteHeaders(file.AsSpan(FileHeader));
        code.CopyTo(file, Content);
        return file;
    }

    // Microsoft PE Format: x64, one section, no relocations; 10 is an EFI application.
    private static void WriteHeaders(Span<byte> at)
    {
        "PE\0\0"u8.CopyTo(at);
        BinaryPrimitives.WriteUInt16LittleEndian(at[4..], 0x8664);
        BinaryPrimitives.WriteUInt16LittleEndian(at[6..], 1);
        BinaryPrimitives.WriteUInt16LittleEndian(at[20..], OptionalHeaderLength);
        BinaryPrimitives.WriteUInt16LittleEndian(at[22..], 0x22e);
        var optional = at[24..];
        BinaryPrimitives.WriteUInt16LittleEndian(optional, 0x20b);
        (int Offset, int Value)[] values = [(4, SectionLength), (16, Page), (20, Page), (32, Page), (36, Alignment), (56, 2 * Page), (60, Content), (108, 16)];
        foreach ((var offset, var value) in values)
        {
            BinaryPrimitives.WriteInt32LittleEndian(optional[offset..], value);
        }

        BinaryPrimitives.WriteUInt16LittleEndian(optional[68..], 10);
        var section = optional[OptionalHeaderLength..];
        ".text"u8.CopyTo(section);
        (int Offset, int Value)[] place = [(8, SectionLength), (12, Page), (16, SectionLength), (20, Content), (36, 0x60000020)];
        foreach ((var offset, var value) in place)
        {
            BinaryPrimitives.WriteInt32LittleEndian(section[offset..], value);
        }
    }
}
