using System.Text;
using Stiefel.BootFiles.Catalog.LoaderSpec;
using Stiefel.Linux.Firmware;
using Stiefel.Linux.Mounts;

namespace Stiefel.BootFiles.Disk;

/// <summary>Reads the boot loader's variables in the firmware (systemd.io/BOOT_LOADER_INTERFACE) and, through <see cref="EfiVariables"/>, the firmware's own menu.</summary>
public static class FirmwareVariables
{
    /// <summary>The kernel's directory of UEFI variables.</summary>
    public const string Directory = EfiVariables.Root;

    private const int MaxEntries = 64;

    private static readonly string[] s_passedOver = ["EFI/Microsoft/", "EFI/stiefel/"];
    private static readonly Guid s_loader = new("4a67b082-0a4c-41cf-b6c7-440b29bb8c4f");

    /// <summary>Reads the variables that concern a disk; none if this machine was not started from it and would not start from it.</summary>
    /// <param name="directory">The directory of UEFI variables.</param>
    /// <param name="devices">The disk's partitions.</param>
    internal static LoaderVariables Read(string directory, IReadOnlyList<ProbedDevice> devices)
    {
        bool IsHere(string partition) => partition.Length > 0 && devices.Any(device => device.PartUuid.Equals(partition, StringComparison.OrdinalIgnoreCase));
        var variables = new EfiVariables(directory);
        var program = Programs(variables).FirstOrDefault(one => IsHere(one.PartUuid));
        var isLoaderHere = IsHere(ReadText(directory, "LoaderDevicePartUUID"));
        string Loader(string name) => isLoaderHere ? ReadText(directory, name) : "";
        return program is null && !isLoaderHere ? LoaderVariables.None : new LoaderVariables
        {
            Loader = Loader("LoaderInfo"),
            EntryDefault = Loader("LoaderEntryDefault"),
            EntryLastBooted = Loader("LoaderEntryLastBooted"),
            Program = program,
            IsSecureBoot = variables.Read("SecureBoot", EfiVariables.Global) is [1, ..],
        };
    }

    /// <summary>The program that was started, then those in the firmware's boot order (UEFI 2.10 §3.3), without Windows and without Stiefel's entries.</summary>
    private static IEnumerable<FirmwareProgram> Programs(EfiVariables variables)
        => variables.ReadEntries("BootCurrent").Concat(variables.ReadEntries("BootOrder")).Take(MaxEntries)
            .Select(number => $"Boot{number:X4}")
            .Select(name => LoadOption.Read(name, variables.Read(name, EfiVariables.Global)))
            .OfType<FirmwareProgram>()
            .Where(program => !s_passedOver.Any(path => program.Path.StartsWith(path, StringComparison.OrdinalIgnoreCase)));

    /// <summary>A variable of boot loaders; empty if it does not exist or cannot be read.</summary>
    public static string ReadText(string directory, string name)
    {
        var value = new EfiVariables(directory).Read(name, s_loader);
        return Encoding.Unicode.GetString(value, 0, value.Length & ~1).TrimEnd('\0');
    }
}
