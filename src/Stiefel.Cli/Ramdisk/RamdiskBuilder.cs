using Stiefel.Cli.Laptop;
using Stiefel.Cli.Ramdisk.Kernel;
using Stiefel.Cli.Ramdisk.Kernel.Foreign;
using Stiefel.Cli.Ramdisk.NetBoot;
using Stiefel.Cli.Ramdisk.Packages;
using Stiefel.Cli.Ramdisk.Packing;
using Stiefel.Cli.Ramdisk.Steps;
using Stiefel.Cli.Ramdisk.Userland;
using Stiefel.CommandLine;

namespace Stiefel.Cli.Ramdisk;

/// <summary>Builds the ramdisk: packages, kernel, programs, directory, archives, image. Steps with unchanged inputs are not repeated.</summary>
internal sealed class RamdiskBuilder(RamdiskRequest request, StepLog log)
{
    private const string OsRelease = "/etc/os-release";

    private readonly RamdiskContent _content = RamdiskContent.For(request.Configuration);

    /// <summary>Builds the whole ramdisk.</summary>
    /// <exception cref="FailedException">There is no room for it, or a step failed.</exception>
    public async Task<RamdiskImage> BuildAsync(CancellationToken token)
    {
        using var cache = await StepCache.OpenAsync(request.Configuration.Paths.Cache, log, token);
        using var work = WorkDirectory.Open(request);
        try
        {
            return await BuildAsync(cache, work, token);
        }
        catch (IOException error) when (FullDisk.Caused(error))
        {
            throw FullDisk.Explain([work.Path, request.Configuration.Paths.Cache, request.OutputDirectory]);
        }
    }

    private async Task<RamdiskImage> BuildAsync(StepCache cache, WorkDirectory work, CancellationToken token)
    {
        var packing = new PackStep(cache, log, work.Path);

        var packages = request.NeedsPackages ? await FetchAsync(cache, token) : new PackageSet([]);
        var drivers = new ForeignDrivers(cache, log, HeadersSource(), _content.Drivers, work.Path);
        var kernel = request.Own is { } own
            ? await new OwnKernelStep(own.Laptop, log, drivers, work.Path).RunAsync(own.Kernel, _content.KernelModules, token)
            : await new KernelStep(cache, log, drivers, work.Path).RunAsync(packages, _content.KernelModules, token);
        foreach (var need in KernelNeeds.MissingIn(Path.Combine(kernel.Modules, kernel.Release), request.Own is null ? request.Hardware : []))
        {
            log.Note($"the ramdisk will not have {need}: no driver of that name is in Debian's kernel, or none that the ramdisk holds (initrd.include-modules)");
        }

        var programs = request.Programs ?? await MakeProgramsAsync(cache, packing, packages, work.Path, token);
        var parts = new InitrdParts(
            [programs.Start, await EarlyAsync(packing, kernel, work.Path, token)],
            programs.Usr,
            await packing.SquashAsync("modules", kernel.Modules, SquashFileSystem.ForModules, Compression, token));

        var netBoot = await new NetBootStep(packing, log, work.Path).RunAsync(request.Configuration, kernel, parts, EarlyCompression, token);
        using (log.Begin($"write {request.OutputDirectory}"))
        {
            // No limit with the laptop's own kernel, whose distribution determines the size of its modules.
            var limit = request.Compression is null && request.Own is null ? _content.SizeLimit : null;
            var image = new ImageWriter(request.OutputDirectory, log).Write(kernel, parts, programs, RamdiskWishes.HashOf(request.Configuration, Laptop), netBoot, limit);
            if (request.Own is not null)
            {
                Directory.Delete(kernel.DirectoryPath, recursive: true); // not cached, so it is no longer needed
            }

            return image;
        }
    }

    /// <summary>Builds the part that Stiefel's package carries.</summary>
    public async Task<RamdiskPrograms> BuildProgramsAsync(CancellationToken token)
    {
        using var cache = await StepCache.OpenAsync(request.Configuration.Paths.Cache, log, token);
        using var work = WorkDirectory.Open(request);
        return await MakeProgramsAsync(cache, new PackStep(cache, log, work.Path), await FetchAsync(cache, token), work.Path, token);
    }

    // Root of the tree from which the laptop's own files are copied.
    private string Laptop => request.Own?.Laptop.Root ?? "/";

    // The laptop's own kernel may not support every compression, so leave its part uncompressed.
    private Configuration.Compression EarlyCompression => request.Own is null ? Compression : Configuration.Compression.None;

    private Configuration.Compression Compression => request.Compression ?? _content.Compression;

    private async Task<RamdiskPrograms> MakeProgramsAsync(StepCache cache, PackStep packing, PackageSet packages, string work, CancellationToken token)
    {
        var userland = await new UserlandStep(cache, log, work).RunAsync(packages, _content, token);
        var root = Path.Combine(work, request.Configuration.Paths.InitrdDirectory);
        using (log.Begin("put the ramdisk together"))
        {
            RamdiskTree.Assemble(root, userland, _content);
            RamdiskLint.Check(root).ToList().ForEach(log.Note);
        }

        // Any kernel must be able to unpack it.
        var start = request.ForAnyKernel ? Configuration.Compression.None : Compression;
        return new RamdiskPrograms(
            await packing.ArchiveAsync("start", root, path => !RootPath.IsBelow(path, ["usr"]) || path == "usr", start, token),
            await packing.SquashAsync("programs", Path.Combine(root, "usr"), SquashFileSystem.ForPrograms, Compression, token),
            new SortedDictionary<string, ManifestFile>(RamdiskTree.Programs.ToDictionary(name => name, name => ManifestFile.Of(OwnPrograms.Find(name)))),
            new SortedDictionary<string, string>(packages.All.ToDictionary(package => package.Name, package => package.Version)));
    }

    // The small part that depends on the kernel and on this laptop's configuration.
    private async Task<PackedPart> EarlyAsync(PackStep packing, KernelTree kernel, string work, CancellationToken token)
    {
        var root = Path.Combine(work, "early");
        RamdiskTree.AssembleEarly(root, kernel.Early, _content, Laptop);
        RamdiskLint.Check(root).ToList().ForEach(log.Note);
        return await packing.ArchiveAsync("early", root, _ => true, EarlyCompression, token);
    }

    private DebianSource Source()
    {
        var debian = request.Configuration.Initrd.Debian;
        return DebianSource.For(debian with { Components = [.. debian.Components.Union(_content.MoreComponents)] }, request.Mirror, File.Exists(OsRelease) ? File.ReadAllText(OsRelease) : "");
    }

    // mmdebstrap cannot install the kernel headers of other distributions.
    private DebianSource HeadersSource() => _content.Drivers.Count > 0 && request.Own is { } own && Distribution.Of(own.Laptop).Id is not ("debian" or "ubuntu")
        ? throw new FailedException("initrd.drivers: drivers are built for kernels of Debian and Ubuntu only; with `kernel: debian` (initrd.kernel) the ramdisk has Debian's")
        : Source();

    private async Task<PackageSet> FetchAsync(StepCache cache, CancellationToken token)
    {
        var source = Source();
        string[] names =
        [
            .. request.NeedsKernelPackage ? [source.KernelPackage] : Array.Empty<string>(), .. request.Programs is null ? _content.AllPackages : [],
        ];
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
