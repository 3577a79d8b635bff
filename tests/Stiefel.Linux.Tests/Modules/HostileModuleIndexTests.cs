using System.Diagnostics;
using CsCheck;
using Stiefel.Linux.Modules;
using Xunit;

namespace Stiefel.Linux.Tests.Modules;

public class HostileModuleIndexTests
{
    [Fact]
    public void Constructor_NoModulesDep_SaysWhatIsMissing()
    {
        using var root = new TemporaryDirectory();
        var error = Assert.Throws<FileNotFoundException>(() => new ModuleIndex(root.Path));
        Assert.Contains("no modules.dep", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_EnormousFile_IsRefusedBeforeItIsRead()
    {
        using var root = new TemporaryDirectory();
        using (var file = File.Create(root.File("modules.dep")))
        {
            file.SetLength(1L << 40);
        }

        Assert.Throws<InvalidDataException>(() => new ModuleIndex(root.Path));
    }

    [Fact]
    public void Resolve_CyclesEverywhere_Ends()
    {
        using var root = new TemporaryDirectory();
        root.Write("modules.dep", "a.ko: b.ko\nb.ko: a.ko c.ko\nc.ko: c.ko\n");
        root.Write("modules.softdep", "softdep a pre: c post: a\nsoftdep c pre: a post: b\n");
        Assert.Equal(["c", "b", "a"], new ModuleIndex(root.Path).Resolve([], ["a"]).Files.Select(file => file.Name));
    }

    [Fact]
    public void Resolve_EndlessChain_IsRefused()
    {
        using var root = new TemporaryDirectory();
        root.Write("modules.dep", string.Concat(Enumerable.Range(0, 100_000).Select(at => $"m{at}.ko: m{at + 1}.ko\n")));
        Assert.Throws<InvalidDataException>(() => new ModuleIndex(root.Path).Resolve([], ["m0"]));
    }

    [Fact]
    public void Resolve_PathsOutside_AreNotModules()
    {
        using var root = new TemporaryDirectory();
        root.Write("modules.dep", "/etc/passwd.ko:\n../../passwd.ko:\nkernel/../../x.ko:\nkernel/..:\nok.ko: ../../../etc/shadow\n");
        var selection = new ModuleIndex(root.Path).Resolve([], ["passwd", "x", "ok"]);
        Assert.Equal(["ok.ko"], selection.Files.Select(file => file.RelativePath));
    }

    [Fact]
    public void Resolve_ThirtyThousandAliases_IsQuick()
    {
        using var root = new TemporaryDirectory();
        root.Write("modules.dep", "nic.ko:\n");
        root.Write("modules.alias", string.Concat(Enumerable.Range(0, 30_000).Select(at => $"alias pci:v0000{at % 97:X4}d0000{at:X4}sv*sd*bc*sc*i* nic\n")));
        string[] modaliases = [.. Enumerable.Range(0, 64).Select(at => $"pci:v00008086d0000{at:X4}sv00000000sd00000000bc02sc00i00")];
        new ModuleIndex(root.Path).Resolve(modaliases, []);
        var clock = Stopwatch.StartNew();
        new ModuleIndex(root.Path).Resolve(modaliases, []);

        // 64 questions took 40 ms on the machine where this was written, including reading the file.
        Assert.True(clock.ElapsedMilliseconds < 1000, $"{clock.ElapsedMilliseconds} ms");
    }

    [Fact]
    public void Resolve_AnyBytes_NeverFailsInAnUnnamedWay()
    {
        using var root = new TemporaryDirectory();
        var line = Gen.OneOf(
            Gen.OneOf("alias pci:*[ a", "alias a b", "alias  ", "softdep a pre: b post: c pre:", "softdep", "a.ko: b.ko", ":", "a.ko:a.ko", "b.ko: x", "[", "alias [!]] a"),
            Gen.String[Gen.Char[" :.-_*?[]abko/#\\"], 0, 30]);
        var text = line.Array[0, 12].Select(lines => string.Join('\n', lines));
        Gen.Select(text, text, text).Sample(
            (dep, alias, soft) =>
            {
                root.Write("modules.dep", dep);
                root.Write("modules.alias", alias);
                root.Write("modules.softdep", soft);
                new ModuleIndex(root.Path).Resolve(["pci:a", "a", ""], ["a", "b", ""]);
            },
            iter: Fuzz.Count(1000), threads: 1);
    }
}
