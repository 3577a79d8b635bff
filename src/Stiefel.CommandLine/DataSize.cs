namespace Stiefel.CommandLine;

/// <summary>Formats sizes in bytes for people.</summary>
public static class DataSize
{
    private const double Kibibyte = 1024;
    private const double Mebibyte = 1024 * Kibibyte;

    /// <summary>`38.9 MB`: megabytes of 10^6 bytes, the unit of networks and disks.</summary>
    public static string Megabytes(long bytes) => $"{bytes / 1e6:0.0} MB";

    /// <summary>`640 KiB`, `38.9 MiB`: the units of memory and images.</summary>
    public static string Binary(long bytes) => bytes < Mebibyte ? $"{bytes / Kibibyte:0} KiB" : $"{bytes / Mebibyte:0.0} MiB";
}
