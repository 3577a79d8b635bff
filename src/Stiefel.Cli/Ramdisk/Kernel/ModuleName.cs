namespace Stiefel.Cli.Ramdisk.Kernel;

/// <summary>What a module is called: `nbd` for kernel/drivers/block/nbd.ko.xz. A dash and an underscore are the same letter to modprobe.</summary>
internal static class ModuleName
{
    private const string Ending = ".ko";

    /// <summary>The name of a file, compressed or not.</summary>
    public static string OfFile(string path)
    {
        var name = Path.GetFileName(path);
        var end = name.LastIndexOf(Ending, StringComparison.Ordinal);
        return Plain(end < 0 ? name : name[..end]);
    }

    /// <summary>As it is compared.</summary>
    public static string Plain(string name) => name.Replace('-', '_');
}
