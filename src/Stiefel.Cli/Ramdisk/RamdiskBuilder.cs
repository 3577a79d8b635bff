using Stiefel.Cli.Ramdisk.Kernel;
using Stiefel.Cli.Ramdisk.Packages;
using Stiefel.Cli.Ramdisk.Packing;
using Stiefel.Cli.Ramdisk.Steps;
using Stiefel.Cli.Ramdisk.Userland;
using Stiefel.CommandLine;

namespace Stiefel.Cli.Ramdisk;

/// <summary>Builds the ramdisk: packages, kernel, programs, folder, archives, image. Steps whose inputs did not change are not done again.</summary>
internal sealed class RamdiskBuilder(RamdiskRequest request, StepLog log)
{
    public async Task<RamdiskImage> BuildAsync(CancellationToken token)
    {
        RamdiskContent content = RamdiskContent.For(request.Configuration);
        using StepCache cache = await StepCache.OpenAsync(request.Configuration.Paths.Cache, log, token).ConfigureAwait(false);
        using var work = WorkFolder.Open(request);

        PackageSet packages = await FetchAsync(cache, content, token).ConfigureAwait(false);
        KernelTree kernel = await new KernelStep(cache, log, work.Path).RunAsync(packages, content.KernelModules, token).ConfigureAwait(false);
        string userland = await new UserlandStep(cache, log, work.Path).RunAsync(packages, content, token).ConfigureAwait(false);

        string root = Path.Combine(work.Path, request.Configuration.Paths.InitrdFolder);
        using (log.Begin("put the ramdisk together"))
        {
            RamdiskTree.Assemble(root, userland, kernel.Early, content);
        }

        var compression = request.Compression ?? content.Compression;
        var packing = new PackStep(cache, log, work.Path);
        var parts = new InitrdParts(
            await packing.ArchiveAsync("start", root, path => !RootPath.IsBelow(path, ["usr"]) || path == "usr", compression, token).ConfigureAwait(false),
            await packing.SquashAsync("programs", Path.Combine(root, "usr"), SquashFileSystem.ForPrograms, compression, token).ConfigureAwait(false),
            await packing.SquashAsync("modules", kernel.Modules, SquashFileSystem.ForModules, compression, token).ConfigureAwait(false));

        using (log.Begin($"write {request.OutputFolder}"))
        {
            return new ImageWriter(request.OutputFolder, log).Write(kernel, parts, packages, request.Compression is null ? content.SizeLimit : null);
        }
    }

    private async Task<PackageSet> FetchAsync(StepCache cache, RamdiskContent content, CancellationToken token)
    {
        string osRelease = File.Exists("/etc/os-release") ? await File.ReadAllTextAsync("/etc/os-release", token).ConfigureAwait(false) : "";
        var debian = request.Configuration.Initrd.Debian;
        var source = DebianSource.For(debian with { Components = [.. debian.Components.Union(content.MoreComponents)] }, request.Mirror, osRelease);
        string[] names = [source.KernelPackage, .. content.AllPackages];
        var key = new StepKey("packages", 1).Add("suite", source.Suite).Add("mirrors", source.MirrorArguments).Add("components", source.Components).Add("names", names);
        if (request.Update)
        {
            cache.Forget(key);
        }

        string folder = await cache.GetAsync(
            key, $"packages of {source.Distribution} {source.Suite}", (target, stop) => PackageDownload.FetchAsync(source, names, target, stop), token).ConfigureAwait(false);
        return await PackageSet.ReadAsync(folder, token).ConfigureAwait(false);
    }
}
