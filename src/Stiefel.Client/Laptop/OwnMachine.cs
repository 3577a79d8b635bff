using System.Security.Cryptography;
using System.Text;
using Stiefel.Linux.Kernel;
using Stiefel.Protocol.Boot;

namespace Stiefel.Client.Laptop;

/// <summary>
/// Which machine this is, and which run of it: by that the laptop knows a desktop again that was started anew. The number is the firmware's (SMBIOS, type 1), which
/// stays the same whatever stick or adapter is plugged in; makers who gave all their machines the same one, or none, have none here, and the laptop asks.
/// </summary>
internal static class OwnMachine
{
    private const string Number = "/sys/class/dmi/id/product_uuid";

    // A number has 128 bits that differ; what was filled in by hand repeats itself.
    private const int LeastDifferentBytes = 6;

    // Found on machines of many owners.
    private static readonly string[] s_shared =
    [
        "03000200-0400-0500-0006-000700080009", "00020003-0004-0005-0006-000700080009", "12345678-1234-5678-90ab-cddeefaabbcc",
        "12345678-1234-5678-1234-567812345678", "4c4c4544-0000-2010-8020-80c04f202020", "01234567-89ab-cdef-0123-456789abcdef",
        "11111111-2222-3333-4444-555555555555", "00010203-0405-0607-0809-0a0b0c0d0e0f", "03020100-0504-0706-0809-0a0b0c0d0e0f",
    ];

    /// <summary>As the laptop is told.</summary>
    public static MachineIdentity Read() => new(HashOf(ReadNumber()), BootIdentity.Read().Replace("-", "", StringComparison.Ordinal));

    /// <summary>What stands for a number: nobody learns the number itself. Empty if that is nobody's alone.</summary>
    public static string HashOf(string number)
    {
        var text = number.Trim().ToLowerInvariant();
        return !Guid.TryParseExact(text, "D", out var value) || Array.IndexOf(s_shared, text) >= 0 || value.ToByteArray().Distinct().Count() < LeastDifferentBytes
            ? ""
            : Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes($"stiefel machine {text}")));
    }

    private static string ReadNumber()
    {
        try
        {
            return File.ReadAllText(Number);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // No firmware of that kind, or not root.
            return "";
        }
    }
}
