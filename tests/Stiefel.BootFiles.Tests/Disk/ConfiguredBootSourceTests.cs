using Stiefel.BootFiles.Catalog;
using Stiefel.BootFiles.Disk;
using Stiefel.BootFiles.Tests.Catalog;
using Xunit;

namespace Stiefel.BootFiles.Tests.Disk;

public class ConfiguredBootSourceTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Open_Files_AreServedAsNamed()
    {
        using var boot = new BootFixture();
        boot.Kernel("k", "6.1.0-none").Initrd("a", "b");
        await using var files = await Open(new() { Kernel = boot.Path + "/k", Initrds = [boot.Path + "/a", boot.Path + "/b"], CommandLine = "root=/dev/sda1 quiet" });
        Assert.Equal(["k", "a", "b"], boot.Relative(files.Spec.Initrds.Prepend(files.Spec.Kernel)));
        Assert.Equal(("root=/dev/sda1 quiet", "/dev/sda1", "6.1.0-none"), (files.Spec.CommandLine, files.Spec.RootArgument, files.Spec.KernelRelease));
        Assert.Null(files.ModulesDirectory);
        Assert.Equal("there is no lib/modules/6.1.0-none beside the boot files or on this machine", files.ModulesMissing);
    }

    [Fact]
    public async Task Open_FileNamedWrongly_IsNotReplacedByAnotherOfThatName()
    {
        using var boot = new BootFixture();
        boot.Kernel("k");
        var wrong = $"/absent{boot.Path}/k";
        var error = await Assert.ThrowsAsync<BootCatalogException>(async () => await Open(new() { Kernel = wrong }));
        Assert.Equal($"--Boot:Kernel, entry \"k\": there is no file {wrong}", error.Message);
    }

    [Fact]
    public async Task Open_RootDirectory_FindsBootFilesAndModules()
    {
        using var boot = new BootFixture("debian-grub");
        boot.Kernel("boot/vmlinuz-6.1.0-18-amd64").Initrd("boot/initrd.img-6.1.0-18-amd64").Text("lib/modules/6.1.0-18-amd64/modules.dep", "");
        foreach (var directory in new[] { boot.Path, boot.Path + "/boot" })
        {
            await using var files = await Open(new() { Directory = directory });
            Assert.Equal(boot.Path + "/lib/modules/6.1.0-18-amd64", files.ModulesDirectory);
        }

        await using var changed = await Open(new() { Directory = boot.Path, CommandLine = "root=LABEL=x", Modules = "/some/modules" });
        Assert.Equal(("root=LABEL=x", "LABEL=x", "/some/modules"), (changed.Spec.CommandLine, changed.Spec.RootArgument, changed.ModulesDirectory));
    }

    [Fact]
    public async Task Open_NothingConfigured_NamesTheOptions()
    {
        Assert.Contains("--Boot:Directory", (await Assert.ThrowsAsync<BootCatalogException>(async () => await Open(new()))).Message, StringComparison.Ordinal);
        Assert.Contains("there is no such directory", (await Assert.ThrowsAsync<BootCatalogException>(async () => await Open(new() { Directory = "/absent" }))).Message, StringComparison.Ordinal);
    }

    private static ValueTask<IBootFiles> Open(ConfiguredBootOptions options) => new ConfiguredBootSource(options).OpenAsync(Token);
}
