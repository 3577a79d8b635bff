using Stiefel.Linux.Modules;
using Xunit;

namespace Stiefel.Linux.Tests.Modules;

public class ModuleIndexTests
{
    [Theory]
    [InlineData("pci:v00008086d00001533sv00001043sd000085F0bc02sc00i00")]
    [InlineData("my-nic")]
    [InlineData("my_nic")]
    [InlineData("core_lib")]
    [InlineData("second")]
    [InlineData("usb:v0BDAp8153d3000")]
    [InlineData("acpi:PNP0C0A:")]
    [InlineData("pci:v00001234d00001533sv0sd0bc02sc00i00")]
    [InlineData("nothing-of-that-name")]
    public void Resolve_OneName_AgreesWithModprobe(string name)
    {
        using var tree = RealModules();
        var selection = new ModuleIndex(tree.Directory).Resolve([], [name]);
        Assert.Equal(Modprobe.Show(tree.Root, ModuleTree.Release, name), Paths(selection));
    }

    [Fact]
    public void Resolve_Hardware_GivesNeedsFirstAndSoftDependenciesAround()
    {
        using var tree = RealModules();
        var selection = new ModuleIndex(tree.Directory).Resolve(["pci:v00008086d00001533sv*", "usb:v0BDAp8153d3000", "usb:v9999p9999d1"], ["nbd", "absent"]);
        Assert.Equal(["nbd", "core_lib", "mid", "helper", "my_nic", "after_me", "second"], selection.Files.Select(file => file.Name));
        Assert.Equal(["absent"], selection.Unknown);
    }

    [Fact]
    public void Resolve_NotAllowed_LeavesOutTheDriverAndItsNeeds()
    {
        using var tree = RealModules();
        var index = new ModuleIndex(tree.Directory);
        var selection = index.Resolve(["pci:v00008086d00001533sv*", "usb:v0BDAp8153d3000"], [], path => !path.EndsWith("my-nic.ko", StringComparison.Ordinal));
        Assert.Equal(["core_lib", "second"], selection.Files.Select(file => file.Name));
    }

    [Fact]
    public void Resolve_BuiltIn_IsNeitherAFileNorUnknown()
    {
        using var root = new TemporaryDirectory();
        root.Write("modules.dep", "kernel/a.ko.xz:\n");
        root.Write("modules.builtin", "kernel/net/ipv6/ipv6.ko\nkernel/net/packet/af-packet.ko\n");
        var selection = new ModuleIndex(root.Path).Resolve([], ["ipv6", "af_packet", "a"]);
        Assert.Equal(["kernel/a.ko.xz"], Paths(selection));
        Assert.Empty(selection.Unknown);
    }

    [Fact]
    public void Resolve_RealKernels_AgreeWithModprobe()
    {
        // Compare all kernels of this machine, and those below STIEFEL_TEST_MODULES, a root directory.
        string[] roots = ["", Environment.GetEnvironmentVariable("STIEFEL_TEST_MODULES") ?? ""];
        foreach (var root in roots.Distinct())
        {
            var modules = $"{root}/lib/modules";
            foreach (var directory in Directory.Exists(modules) ? Directory.GetDirectories(modules) : [])
            {
                if (File.Exists(Path.Combine(directory, "modules.dep.bin")))
                {
                    CompareEveryFiftiethAlias(root, directory);
                }
            }
        }
    }

    private static void CompareEveryFiftiethAlias(string root, string directory)
    {
        var index = new ModuleIndex(directory);
        var needs = File.ReadLines(Path.Combine(directory, "modules.dep"))
            .Select(line => line.Split(':'))
            .ToDictionary(parts => parts[0], parts => parts[1].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        var lines = File.ReadAllLines(Path.Combine(directory, "modules.alias"));
        for (var at = 1; at < lines.Length; at += 50)
        {
            var alias = lines[at].Split(' ')[1].Replace('*', '0');
            if (!alias.Contains('['))
            {
                // Compare without order: modprobe loads one of several drivers for a device first, but only dependencies determine the order.
                List<string> paths = [.. Paths(index.Resolve([alias], []))];
                Assert.Equal(Modprobe.Show(root == "" ? "/" : root, Path.GetFileName(directory), alias).Order(), paths.Order());
                Assert.All(paths, path => Assert.All(needs[path], need => Assert.InRange(paths.IndexOf(need), 0, paths.IndexOf(path))));
            }
        }
    }

    private static ModuleTree RealModules()
    {
        var tree = new ModuleTree();
        tree.Add("kernel/lib/core-lib.ko", ["core_symbol"], []);
        tree.Add("kernel/lib/mid.ko", ["mid_symbol"], ["core_symbol"]);
        tree.Add("kernel/lib/helper.ko", [], []);
        tree.Add("kernel/lib/after_me.ko", [], []);
        tree.Add("kernel/drivers/net/my-nic.ko", [], ["mid_symbol", "core_symbol"], "alias=pci:v00008086d0000153[2-4]sv*", "softdep=pre: helper absent-one post: after-me");
        tree.Add("kernel/drivers/net/second.ko", [], ["core_symbol"], "alias=usb:v0BDAp815[2-6]d*", "alias=acpi*:PNP0C0A:*");
        tree.Add("kernel/drivers/block/nbd.ko", [], []);
        tree.Depmod();
        return tree;
    }

    private static IEnumerable<string> Paths(ModuleSelection selection) => selection.Files.Select(file => file.RelativePath);
}
