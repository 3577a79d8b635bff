using System.Security.Cryptography;
using System.Text;
using Stiefel.Linux.Kernel;
using Stiefel.Protocol.Boot;

namespace Stiefel.Client.Laptop;

/// <summary>
/// Identifies this machine and its present run, so that the laptop recognizes a desktop that was restarted. The number is the firmware's (SMBIOS, type 1), which
/// does not depend on the stick or adapter. A machine whose maker gave all machines the same number, or none, has none here, and the laptop asks a person instead.
/// </summary>
internal static class OwnMachine
{
    private const string Number = "/sys/class/dmi/id/product_uuid";

    // A real number's 16 bytes hardly repeat; one that was filled in by hand repeats itself.
    private const int LeastDifferentBytes = 6;

    // Numbers that are found on many machines.
    private static readonly string[] s_shared =
    [
        "03000200-0400-0500-0006-000700080009", "00020003-0004-0005-0006-000700080009", "12345678-1234-5678-90ab-cddeefaabbcc",
        "12345678-1234-5678-1234-567812345678", "4c4c4544-0000-2010-8020-80c04f202020", "01234567-89ab-cdef-0123-456789abcdef",
        "11111111-2222-3333-4444-555555555555", "00010203-0405-0607-0809-0a0b0c0d0e0f", "03020100-0504-0706-0809-0a0b0c0d0e0f",
    ];

    /// <summary>Reads this machine's identity, as it is sent to the laptop.</summary>
    public static MachineIdentity Read() => new(HashOf(ReadNumber()), BootIdentity.Read().Replace("-", "", StringComparison.Ordinal));

    /// <summary>The hash that stands for a number, so that the number itself stays private; empty if the number is not unique to one machine.</summary>
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
            // The firmware has no such number, or this process is not root.
            return "";
        }
    }
}
