namespace Stiefel.Linux.Kernel;

/// <summary>What tells this machine and its system from all others: the system's number, which a copied disk repeats, and the firmware's, which some makers repeat.</summary>
public static class MachineNumbers
{
    private static readonly string[] s_files = ["/etc/machine-id", "/sys/class/dmi/id/product_uuid"];

    /// <summary>Both (man 5 machine-id; SMBIOS type 1), as far as they are there and may be read; empty if none is. Not for strangers: only what is made from them.</summary>
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
