using Stiefel.BootFiles.Catalog.Images;

namespace Stiefel.BootFiles.Catalog.LoaderSpec;

/// <summary>A kernel or unified image that the firmware starts directly, without a boot loader.</summary>
internal static class FirmwareItems
{
    /// <summary>The entry for it; none if the firmware starts a boot loader, or a program on another partition.</summary>
    public static IEnumerable<BootEntry> Read(BootTree tree)
    {
        if (tree.Disk.Variables.Program is not { } program || tree.Directory != "/"
            || tree.Volume.Device?.PartUuid.Equals(program.PartUuid, StringComparison.OrdinalIgnoreCase) != true
            || !IsKernel(tree, program.Path))
        {
            return [];
        }

        (var initrds, var options) = InitrdArguments.Cut([], program.Arguments);
        var source = $"the firmware's {program.Entry}";
        return
        [
            new BootEntry
            {
                Id = $"firmware:{program.Entry}",
                Tree = tree.WithExactPaths(),
                Source = source,
                Decided = source,
                Title = program.Description,
                Kernel = $"/{program.Path}",
                Initrds = initrds,
                CommandLine = options,
            },
        ];
    }

    private static bool IsKernel(BootTree tree, string path)
    {
        using var file = tree.OpenInside(path);
        return file is not null && (UnifiedImage.TryRead(file) is not null || KernelImage.IsLinux(file, new FileRegion(file.Path, 0, file.Length)));
    }
}
