using Stiefel.Cli.Ramdisk.Kernel;
using Stiefel.Cli.Ramdisk.Packages;
using Stiefel.Cli.Ramdisk.Packing;
using Stiefel.Cli.Ramdisk.Steps;
using Stiefel.Cli.Ramdisk.Userland;
using Stiefel.CommandLine;

namespace Stiefel.Cli.Ramdisk;

/// <summary>Builds the ramdisk: packages, kernel, programs, directory, archives, image. Steps whose inputs did not change are not done again.</summary>
internal sealed class RamdiskBuilder(RamdiskRequest request, StepLog log)
{
    public async Task<RamdiskImage> BuildAsync(CancellationToken token)
    {
        var content = RamdiskContent.For(request.Configuration);
        using var cache = await StepCache.OpenAsync(request.Configuration.Paths.Cache, log, token);
        using var work = WorkDirectory.Open(request);

        var packages = await FetchAsync(cache, content, token);
        var kernel = await new KernelStep(cache, log, work.Path).RunAsync(packages, content.KernelModules, token);
        var userland = await new UserlandStep(cache, log, work.Path).RunAsync(packages, content, token);

        var root = Path.Combine(work.Path, request.Configuration.Paths.InitrdDirectory);
        using (log.Begin("put the ramdisk together"))
        {
            RamdiskTree.Assemble(root, userland, kernel.Early, content);
        }

        var compression = request.Compression ?? content.Compression;
        var packing = new PackStep(cache, log, work.Path);
        var parts = new InitrdParts(
            await packing.ArchiveAsync("start", root, path => !RootPath.IsBelow(path, ["usr"]) || path == "usr", compression, token),
            await packing.SquashAsync("programs", Path.Combine(root, "usr"), SquashFileSystem.ForPrograms, compression, token),
            await packing.SquashAsync("modules", kernel.Modules, SquashFileSystem.ForModules, compression, token));

        using (log.Begin($"write {request.OutputDirectory}"))
        {
            return new ImageWriter(request.OutputDirectory, log).Write(kernel, parts, packages, request.Compression is null ? content.SizeLimit : null);
        }
    }

    private async Task<PackageSet> FetchAsync(StepCache cache, RamdiskContent content, CancellationToken token)
    {
        var osRelease = File.Exists("/etc/os-release") ? await File.ReadAllTextAsync("/etc/os-release", token) : "";
        var debian = request.Configuration.Initrd.Debian;
        var source = DebianSource.For(debian with { Components = [.. debian.Components.Union(content.MoreComponents)] }, request.Mirror, osRelease);
        string[] names = [source.KernelPackage, .. content.AllPackages];
        var key = new StepKey("packages", 1).Add("suite", source.Suite).Add("mirrors", source.MirrorArguments).Add("components", source.Components).Add("names", names);
        if (request.Update)
        {
            cache.Forget(key);
        }

        var directory = await cache.GetAsync(
            key, $"packages of {source.Distribution} {source.Suite}", (target, stop) => PackageDownload.FetchAsync(source, names, target, stop), token);
        return await PackageSet.ReadAsync(directory, token);
    }
}
