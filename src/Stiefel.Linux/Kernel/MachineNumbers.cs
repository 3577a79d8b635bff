namespace Stiefel.Linux.Kernel;

/// <summary>Identifies this machine and its system by two numbers: the system's, which a copied disk shares, and the firmware's, which some makers repeat.</summary>
public static class MachineNumbers
{
    private static readonly string[] s_files = ["/etc/machine-id", "/sys/class/dmi/id/product_uuid"];

    /// <summary>Both numbers (man 5 machine-id; SMBIOS type 1), as far as they can be read; empty if neither can. They are private: give others only values derived from them.</summary>
    public static string Read() => string.Join(' ', s_files.Select(ReadOne).Where(number => number.Length > 0));

    private static string ReadOne(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
