using Stiefel.Linux.BlockDevices;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Tests.Mounts;
using Xunit;

namespace Stiefel.Linux.Tests.BlockDevices;

/// <summary>Claims on loop devices. Needs root.</summary>
public sealed class DiskClaimTests : IDisposable
{
    private readonly TemporaryDirectory _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void TryTake_DiskNobodyUses_IsOursAloneUntilDisposed()
    {
        using var loop = new LoopDevice(FileSystemImage.Make(_scratch.File("disk"), "ext4"));
        using (var claim = DiskClaim.TryTake(loop.Path))
        {
            Assert.NotNull(claim);
            Assert.Null(DiskClaim.TryTake(loop.Path));
            claim.Flush();
        }

        DiskClaim.TryTake(loop.Path)!.Dispose();
    }

    [Fact]
    public void TryTake_MountedInAnotherNamespaceOnly_IsRefused()
    {
        // Unmounting everything visible would miss this mount.
        using var loop = new LoopDevice(FileSystemImage.Make(_scratch.File("disk"), "ext4"));
        var directory = Directory.CreateDirectory(_scratch.File("mnt")).FullName;
        var ready = _scratch.File("ready");
        using var other = System.Diagnostics.Process.Start(
            "unshare", ["--mount", "sh", "-c", $"mount {loop.Path} {directory} && touch {ready} && exec sleep 600"]);
        try
        {
            Assert.True(SpinWait.SpinUntil(() => File.Exists(ready), TimeSpan.FromSeconds(60)));
            Assert.Null(DiskClaim.TryTake(loop.Path));
            DiskClaim.Flush(loop.Path);
        }
        finally
        {
            other.Kill();
            other.WaitForExit();
        }

        Assert.True(SpinWait.SpinUntil(() => IsFree(loop.Path), TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public void TryTake_NoSuchDevice_SaysSo() => Assert.Equal(Errno.ENOENT, Assert.Throws<LinuxException>(() => DiskClaim.TryTake("/dev/no-such-disk")).Errno);

    private static bool IsFree(string device)
    {
        using var claim = DiskClaim.TryTake(device);
        return claim is not null;
    }
}
