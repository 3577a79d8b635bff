using System.Diagnostics;
using Stiefel.Cli.Ramdisk;
using Xunit;

namespace Stiefel.Cli.Tests.Ramdisk;

/// <summary>Tests the message about a full file system with one that is full.</summary>
public sealed class FullDiskTests
{
    [Fact]
    public void Copy_OntoAFullFileSystem_IsExplainedWithTheDirectory()
    {
        using var directory = new TemporaryDirectory();
        var (full, source) = (Path.Combine(directory.Path, "full"), Path.Combine(directory.Path, "source"));
        Directory.CreateDirectory(full);
        File.WriteAllBytes(source, new byte[1 << 20]);
        Run("mount", "-t", "tmpfs", "-o", "size=64k", "full", full);
        try
        {
            var error = Assert.Throws<IOException>(() => File.Copy(source, Path.Combine(full, "copy")));
            Assert.True(FullDisk.Caused(error));
            Assert.StartsWith($"no room left in {full} (0 MiB free): ", FullDisk.Explain(["/dev/shm", full, "/absent"]).Message, StringComparison.Ordinal);
        }
        finally
        {
            Run("umount", full);
        }
    }

    [Fact]
    public void Failure_OfAnotherKind_IsNotCalledAFullDisk() =>
        Assert.False(FullDisk.Caused(Assert.ThrowsAny<IOException>(() => File.ReadAllBytes("/absent/file"))));

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
