namespace Stiefel.Linux.Modules;

/// <summary>Names of kernel modules: `-` and `_` are alike (man 8 modprobe).</summary>
public static class ModuleName
{
    // MODULE_NAME_LEN of include/linux/moduleparam.h, with its final zero.
    private const int MaxLength = 64 - sizeof(ulong);

    /// <summary>True for what a module can be called; other things become file names and log lines nowhere.</summary>
    public static bool IsValid(string normalized)
        => normalized.Length is > 0 and < MaxLength && normalized.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    /// <summary>`crc32c_intel` for `crc32c-intel`.</summary>
    public static string Normalize(string name) => name.Replace('-', '_');

    /// <summary>`i2c_algo_bit` for `kernel/drivers/i2c/algos/i2c-algo-bit.ko.xz`.</summary>
    public static string OfFile(ReadOnlySpan<char> path)
    {
        var file = path[(path.LastIndexOf('/') + 1)..];
        var dot = file.IndexOf('.');
        return Normalize((dot < 0 ? file : file[..dot]).ToString());
    }
}
