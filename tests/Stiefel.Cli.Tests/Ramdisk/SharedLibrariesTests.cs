using Stiefel.Cli.Ramdisk.Userland;
using Stiefel.CommandLine;
using Stiefel.Linux.Programs;
using Xunit;

namespace Stiefel.Cli.Tests.Ramdisk;

public class SharedLibrariesTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Read_ProgramOfThisMachine_AgreesWithReadelf()
    {
        var output = await ExternalProgram.RunAsync("readelf", ["-d", "-l", "/usr/bin/kmod"], token: Token);
        var needed = output.Lines.Where(line => line.Contains("(NEEDED)", StringComparison.Ordinal)).Select(line => line.Split('[', ']')[1]);
        var elf = ElfFile.Read("/usr/bin/kmod");
        Assert.NotNull(elf);
        Assert.Equal(needed, elf.Needed);
        Assert.NotEmpty(elf.Needed);
        Assert.Contains(output.Lines, line => line.Contains($"interpreter: {elf.Interpreter}]", StringComparison.Ordinal));
    }

    [Fact]
    public void Read_StaticProgramAndText_NeedNothing()
    {
        Assert.Equal([], ElfFile.Read("/usr/bin/busybox")!.Needed);
        Assert.Null(ElfFile.Read("/etc/passwd"));
    }

    [Fact]
    public void Parse_DamagedProgram_NeverThrowsOrReadsOutside()
    {
        var program = File.ReadAllBytes("/usr/bin/kmod");
        var random = new Random(1);
        for (var run = 0; run < 5000; run++)
        {
            var damaged = program[..random.Next(64, program.Length)];
            for (var change = 0; change < 8; change++)
            {
                damaged[random.Next(Math.Min(damaged.Length, 1024))] = (byte)random.Next(256);
            }

            ElfFile.Parse(damaged);
        }
    }

    [Fact]
    public void AddTo_ProgramWithLibraries_AddsSymlinksAndLinker()
    {
        using var root = new TemporaryDirectory();
        CopyIn(root, "/usr/bin/kmod", "usr/bin/kmod");
        foreach (var library in Directory.GetFiles("/lib/x86_64-linux-gnu", "lib*.so*").Where(file => ElfFile.Read("/usr/bin/kmod")!.Needed.Append("libm.so.6").Any(file.Contains)))
        {
            CopyIn(root, library, "usr/lib/x86_64-linux-gnu/" + Path.GetFileName(library));
        }

        var files = new SortedSet<string> { "usr/bin/kmod" };
        var missing = Assert.Throws<FailedException>(() => new SharedLibraries(root.Path).AddTo(files));
        Assert.Contains("ld-linux-x86-64.so.2, which usr/", missing.Message, StringComparison.Ordinal);

        CopyIn(root, "/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2", "usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2");
        missing = Assert.Throws<FailedException>(() => new SharedLibraries(root.Path).AddTo(new SortedSet<string> { "usr/bin/kmod" }));
        Assert.Contains("/lib64/ld-linux-x86-64.so.2", missing.Message, StringComparison.Ordinal);

        Directory.CreateDirectory(root["usr/lib64"]);
        File.CreateSymbolicLink(root["usr/lib64/ld-linux-x86-64.so.2"], "/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2");
        files = ["usr/bin/kmod"];
        new SharedLibraries(root.Path).AddTo(files);
        Assert.Contains("usr/lib64/ld-linux-x86-64.so.2", files);
        Assert.Contains("usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2", files);
        Assert.Contains("usr/lib/x86_64-linux-gnu/libc.so.6", files);
        Assert.DoesNotContain("usr/lib/x86_64-linux-gnu/libm.so.6", files);
    }

    private static void CopyIn(TemporaryDirectory root, string source, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(root[target])!);
        File.Copy(source, root[target]);
    }
}
