using System.Text;
using Stiefel.Cli.Configuration;
using Stiefel.Cli.Ramdisk.Packing;
using Stiefel.Cli.Ramdisk.Steps;

namespace Stiefel.Cli.Ramdisk;

/// <summary>
/// Hashes what a configuration asks of the ramdisk, with the laptop's own files that it adds. The manifest keeps the hash: if it differs, the ramdisk has to be
/// made anew although kernel and programs are the same.
/// </summary>
internal static class RamdiskWishes
{
    /// <summary>Computes the hash.</summary>
    /// <param name="configuration">The configuration.</param>
    /// <param name="laptop">The top of the laptop's tree, for files of its own.</param>
    public static string HashOf(StiefelConfiguration configuration, string laptop)
    {
        var content = RamdiskContent.For(configuration);
        var key = new StepKey("wishes", 1)
            .Add("modules", content.KernelModules.Lines)
            .Add("compression", content.Compression.ToString())
            .Add("link", content.LinkInTheOpen.ToString())
            .Add("firmware", content.Firmware)
            .Add("drivers", content.Drivers.Select(driver => driver.Sha256))
            .Add("dhcp", (configuration.Network.Dhcp == DhcpChoice.Off).ToString());
        foreach (var (source, target) in new IncludedFiles(laptop, "/").List(content.Files, content.Firmware))
        {
            key.Add(target, Describe(new FileInfo(source)));
        }

        return ContentHash.Of(Encoding.UTF8.GetBytes(key.ToString()));
    }

    // Include missing files too: the build reports them.
    private static string Describe(FileInfo file) =>
        Directory.Exists(file.FullName) ? "directory"
        : file.Exists ? $"{file.UnixFileMode & UnixFileMode.UserExecute} {ContentHash.OfFile(file.FullName)}"
        : "missing";
}
