namespace Stiefel.EndToEnd.Native;

/// <summary>Tests a server with a faulty disk, low limits or a wrong start: it never corrupts data silently, and its message helps.</summary>
public sealed class HardTimesTests : IDisposable
{
    private const long Size = 16 << 20;

    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Image_MadeShorterWhileServed_IsNoHoleBeyondItsEnd(bool isSnapshot)
    {
        var disk = _scratch.RandomFile("disk.img", Size);
        using var server = OpenServer.Start(disk, settings: isSnapshot ? ["--Disk:Snapshot", "memory"] : []);
        using (var file = File.OpenWrite(disk))
        {
            file.SetLength(Size / 2);
        }

        Assert.DoesNotContain("hole", NativeProcess.Run(0, "nbdinfo", "--map", server.Uri), StringComparison.Ordinal);
        NativeProcess.Run(1, "nbdcopy", server.Uri, _scratch["copy.img"]);
        NativeProcess.Run(1, "qemu-img", "convert", "-f", "raw", "-O", "raw", server.Uri, _scratch["converted.img"]);
    }

    [Fact]
    public void Zeroes_BeyondTheEndOfAShorterImage_AreThere()
    {
        var disk = _scratch.RandomFile("disk.img", Size);
        using var server = OpenServer.Start(disk);
        using (var file = File.OpenWrite(disk))
        {
            file.SetLength(Size / 2);
        }

        server.Shell($"h.zero({1 << 20}, {Size - (2 << 20)}); assert h.pread({1 << 20}, {Size - (2 << 20)}) == bytes({1 << 20})");
    }

    [Fact]
    public void Flush_InterruptedOnce_Succeeds()
    {
        using var server = Inject(_scratch.RandomFile("disk.img", Size), "fdatasync", "EINTR:when=1");
        server.Shell("h.pwrite(b'x' * 4096, 0); h.flush(); h.pwrite(b'y' * 4096, 0, nbd.CMD_FLAG_FUA)");
    }

    [Fact]
    public void Flush_FailedOnce_FailsForEver()
    {
        using var server = Inject(_scratch.RandomFile("disk.img", Size), "fdatasync", "EIO:when=1");
        server.Shell("""
            import errno
            for i in range(3):
                try:
                    h.flush()
                    raise SystemExit("a flush succeeded")
                except nbd.Error as e:
                    assert e.errnum == errno.EIO, e
            """);
    }

    [Theory]
    [InlineData("EINVAL")]
    [InlineData("ENOSYS")]
    [InlineData("ENODEV")]
    [InlineData("ENOTTY")]
    [InlineData("EOPNOTSUPP")]
    public void Fallocate_IsNotThere_ZeroesAreWrittenAndTrimIsAdvice(string error)
    {
        using var server = Inject(_scratch.RandomFile("disk.img", Size), "fallocate", error);
        server.Shell("""
            import errno
            h.zero(1 << 20, 4096)
            assert h.pread(1 << 20, 4096) == bytes(1 << 20)
            h.trim(1 << 20, 4 << 20)
            try:
                h.zero(1 << 20, 8 << 20, nbd.CMD_FLAG_FAST_ZERO)
                raise SystemExit("fast zeroes were claimed")
            except nbd.Error as e:
                assert e.errnum == errno.ENOTSUP, e
            """);
    }

    [Fact]
    public void Fallocate_InterruptedOnce_IsTriedAgain()
    {
        using var server = Inject(_scratch.RandomFile("disk.img", Size), "fallocate", "EINTR:when=1");
        server.Shell("h.trim(1 << 20, 0); h.zero(1 << 20, 4 << 20, nbd.CMD_FLAG_FAST_ZERO); assert h.pread(1 << 20, 4 << 20) == bytes(1 << 20)");
    }

    [Fact]
    public void Flush_OfAFileInSquashfs_Succeeds()
    {
        Directory.CreateDirectory(_scratch["tree"]);
        _scratch.RandomFile("tree/disk.img", Size);
        NativeProcess.Run(0, "mksquashfs", _scratch["tree"], _scratch["image"], "-quiet", "-no-progress");
        Directory.CreateDirectory(_scratch["mnt"]);
        NativeProcess.Run(0, "mount", "-o", "loop,ro", _scratch["image"], _scratch["mnt"]);
        try
        {
            using var server = OpenServer.Start(_scratch["mnt/disk.img"], settings: ["--Disk:ReadOnly", "true"]);
            server.Shell("h.flush()");
        }
        finally
        {
            NativeProcess.Run(0, "umount", _scratch["mnt"]);
        }
    }

    [Fact]
    public void Write_BeyondTheFileSizeLimit_IsNoSpaceAndTheServerGoesOn()
    {
        var disk = _scratch["disk.img"];
        using (var file = File.Create(disk))
        {
            file.SetLength(Size);
        }

        using var server = OpenServer.Start(disk, ["prlimit", "--fsize=1048576"]);
        server.Shell("""
            import errno
            try:
                h.pwrite(b'x' * 4096, 8 << 20)
                raise SystemExit("written")
            except nbd.Error as e:
                assert e.errnum == errno.ENOSPC, e
            h.pwrite(b'x' * 4096, 0)
            h.flush()
            """);
    }

    [Theory]
    [InlineData("HUP")]
    [InlineData("XCPU")]
    [InlineData("TERM")]
    public void Signal_ThatAsksToEnd_EndsItInGoodOrder(string signal)
    {
        using var server = OpenServer.Start(_scratch.RandomFile("disk.img", Size));
        NativeProcess.Run(0, "kill", "-s", signal, $"{server.Process.Id}");
        Assert.Equal(0, server.Process.WaitForExit(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public void HangUp_UnderNohup_IsNotHeard()
    {
        using var server = OpenServer.Start(_scratch.RandomFile("disk.img", Size), ["nohup"]);
        NativeProcess.Run(0, "kill", "-s", "HUP", $"{server.Process.Id}");
        server.Shell("h.pwrite(b'x' * 4096, 0); h.flush()");
        Assert.False(server.Process.HasExited);
    }

    [Theory]
    [InlineData("mkfifo")]
    [InlineData("mknod")]
    public void Disk_OfAnotherKind_IsRefusedUnopened(string kind)
    {
        var path = _scratch["disk"];
        if (kind == "mkfifo")
        {
            NativeProcess.Run(0, "mkfifo", path);
        }
        else
        {
            NativeProcess.Run(0, "mknod", path, "c", "10", "130"); // a watchdog: once opened, it resets a machine that does not feed it
        }

        var (code, output) = OpenServer.Fail(path);
        Assert.Equal(1, code);
        Assert.Contains($"{path} is neither a block device nor a regular file", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(48)]
    [InlineData(50)]
    [InlineData(57)]
    public void Snapshot_OfAHugeSparseBase_TellsItsHolesAtOnce(int bits)
    {
        // Use a file system in memory, because only that accepts files of any size.
        var disk = $"/dev/shm/stiefel-test-{Guid.NewGuid():N}";
        try
        {
            NativeProcess.Run(0, "truncate", "-s", $"{1L << bits}", disk);
            using var server = OpenServer.Start(disk, settings: ["--Disk:Snapshot", "memory"]);
            server.Shell($"h.pwrite(b'x' * 65536, {1L << (bits - 1)}); assert h.pread(65536, {1L << (bits - 1)}) == b'x' * 65536");
            if (bits <= 50)
            {
                // The client asks for the map of 4 GiB at a time, which would take for ever on a larger disk.
                var map = NativeProcess.Run(0, "timeout", "60", "nbdinfo", "--map", "--totals", server.Uri);
                Assert.Contains("hole,zero", map, StringComparison.Ordinal);
                Assert.Contains("data", map, StringComparison.Ordinal);
            }

            NativeProcess.Run(0, "kill", $"{server.Process.Id}");
            Assert.Equal(0, server.Process.WaitForExit(TimeSpan.FromSeconds(10)));
        }
        finally
        {
            File.Delete(disk);
        }
    }

    [Fact]
    public void Start_WithStandardStreamsClosed_ServesAndLogsNowhere()
    {
        var disk = _scratch.RandomFile("disk.img", Size);
        var before = Scratch.Sha256(disk);
        var port = Scratch.FreePort();
        using var shell = NativeProcess.Start("sh", "-c",
            $"exec {NativeProcess.Binary("stiefel-server")} --Disk:Path {disk} --Nbd:Access open --Nbd:ExportName x --Nbd:Listen 127.0.0.1:{port} --State:Directory {_scratch["state"]} <&- >&- 2>&-");
        NativeProcess.Run(0, "sh", "-c", $"for i in $(seq 100); do nbdinfo --size nbd://127.0.0.1:{port}/x && exit 0; sleep 0.1; done; exit 1");
        for (var number = 0; number < 3; number++)
        {
            Assert.Equal("/dev/null", new FileInfo($"/proc/{shell.Id}/fd/{number}").LinkTarget);
        }

        Assert.Equal(before, Scratch.Sha256(disk));
    }

    [Fact]
    public void ControlPlane_OfAnOpenExportWithoutKeys_SaysWhatNeedsThem()
    {
        var (code, output) = OpenServer.Fail(_scratch.RandomFile("disk.img", Size), "--Admin:Listen", "127.0.0.1:0", "--Keys:Directory", _scratch["none"]);
        Assert.Equal(2, code);
        Assert.Contains("Admin:Listen", output, StringComparison.Ordinal);
        Assert.Contains("leave Admin:Listen out", output, StringComparison.Ordinal);
    }

    // -D makes the tracer the background process, so that the server itself is our child.
    private static OpenServer Inject(string disk, string call, string fault) =>
        OpenServer.Start(disk, ["strace", "-D", "-f", "-qq", "-o", "/dev/null", "-e", $"trace={call}", "-e", $"inject={call}:error={fault}"]);
}
