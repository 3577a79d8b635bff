using System.Globalization;
using System.Text;
using Stiefel.Linux.Files;
using Stiefel.Linux.Initramfs;
using Stiefel.Linux.Modules;

namespace Stiefel.BootFiles.Drivers;

/// <summary>
/// Makes an archive of the drivers that a desktop needs to reach its disk with the payload's kernel, to be appended to the initrd:
/// `stiefel/modules/NNNN-NAME.ko` in load order, and `stiefel/modules/order` with one file name per line.
/// </summary>
public static class DriverArchive
{
    /// <summary>Largest number of modaliases; a machine has some tens of devices between processor and network.</summary>
    public const int MaxModaliases = 1024;

    /// <summary>Longest modalias; the kernel's own have at most a few hundred characters.</summary>
    public const int MaxModaliasLength = 1024;

    // A real desktop wants about 60, even if it gets every driver that matches.
    private const int MaxModules = 1000;
    private const long MaxTotalBytes = 512L * 1024 * 1024;

    private const string DirectoryPath = "stiefel/modules";
    private const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode DirectoryMode = FileMode | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Writes the archive; memory stays at the size of the largest module.</summary>
    /// <param name="destination">Receives the archive; its position must be a multiple of 4 bytes in the final initrd.</param>
    /// <param name="modulesDirectory">`…/lib/modules/RELEASE`.</param>
    /// <param name="modaliases">The modaliases of the desktop's network interfaces and their parents.</param>
    /// <param name="token">Cancels the writing; the archive is then incomplete.</param>
    /// <exception cref="InvalidDataException">There are too many modaliases, or the directory's index files are damaged.</exception>
    /// <exception cref="IOException">The disk or the destination failed, or xz or zstd failed.</exception>
    public static async Task<DriverList> WriteAsync(
        Stream destination, string modulesDirectory, IReadOnlyList<string> modaliases, CancellationToken token)
    {
        if (modaliases.Count > MaxModaliases || modaliases.Any(alias => alias is not { Length: <= MaxModaliasLength }))
        {
            throw new InvalidDataException($"more than {MaxModaliases} modaliases, or one longer than {MaxModaliasLength} characters");
        }

        var modules = new ModuleIndex(modulesDirectory)
            .Resolve(modaliases, NetworkPathDrivers.Always, NetworkPathDrivers.Contains).Files;
        if (modules.Count > MaxModules)
        {
            throw new InvalidDataException($"{modulesDirectory}: {modules.Count} modules would be needed, more than {MaxModules}");
        }

        var cpio = new CpioWriter(destination);
        cpio.AddDirectory("stiefel", DirectoryMode);
        cpio.AddDirectory(DirectoryPath, DirectoryMode);
        var list = await WriteModulesAsync(cpio, modulesDirectory, modules, token);
        var order = Encoding.UTF8.GetBytes(string.Concat(list.Files.Select(name => name + "\n")));
        await cpio.AddFileAsync($"{DirectoryPath}/order", FileMode, new MemoryStream(order), order.Length, token);
        await cpio.CompleteAsync(token);
        return list;
    }

    /// <summary>Writes the modules. One that is missing or damaged is left out: it may be for a device that the desktop can do without.</summary>
    private static async Task<DriverList> WriteModulesAsync(CpioWriter cpio, string directory, IReadOnlyList<ModuleFile> modules, CancellationToken token)
    {
        using var tree = new ConfinedTree(directory);
        using var content = new ModuleContent();
        var list = new DriverList([], []);
        long total = 0;
        foreach (var module in modules)
        {
            try
            {
                using var file = tree.OpenFile(module.RelativePath) ?? throw new InvalidDataException($"{directory}/{module.RelativePath}: the module does not exist");
                var elf = await content.ReadAsync(file, token);
                total += elf.Length;
                var name = string.Create(CultureInfo.InvariantCulture, $"{list.Files.Count:D4}-{module.Name}.ko");
                await cpio.AddFileAsync($"{DirectoryPath}/{name}", FileMode, elf, elf.Length, token);
                list.Files.Add(name);
            }
            catch (InvalidDataException error)
            {
                list.LeftOut.Add(error.Message);
            }

            if (total > MaxTotalBytes)
            {
                throw new InvalidDataException($"{directory}: the modules have more than {MaxTotalBytes} bytes");
            }
        }

        return list;
    }
}
