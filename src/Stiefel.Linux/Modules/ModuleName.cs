namespace Stiefel.Linux.Modules;

/// <summary>Names of kernel modules, in which `-` and `_` are the same (man 8 modprobe).</summary>
public static class ModuleName
{
    // MODULE_NAME_LEN of include/linux/moduleparam.h, with its final zero.
    private const int MaxLength = 64 - sizeof(ulong);

    /// <summary>True for a valid module name; nothing else is used in file names or log lines.</summary>
    public static bool IsValid(string normalized)
        => normalized.Length is > 0 and < MaxLength && normalized.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    /// <summary>Replaces hyphens by underscores: `crc32c_intel` for `crc32c-intel`.</summary>
    public static string Normalize(string name) => name.Replace('-', '_');

    /// <summary>The name of the module in a file: `i2c_algo_bit` for `kernel/drivers/i2c/algos/i2c-algo-bit.ko.xz`.</summary>
    public static string OfFile(ReadOnlySpan<char> path)
    {
        var file = path[(path.LastIndexOf('/') + 1)..];
        var dot = file.IndexOf('.');
        return Normalize((dot < 0 ? file : file[..dot]).ToString());
    }
}
