using Stiefel.Linux.BlockDevices;
using Stiefel.Nbd.Devices;
using Stiefel.Nbd.Devices.Snapshots;
using Stiefel.Nbd.Tests.Support;
using Xunit;

namespace Stiefel.Nbd.Tests.Foreign;

/// <summary>libnbd through its Python binding: every command, and errors as a foreign client sees them.</summary>
public sealed class NbdshTests
{
    private const string Prelude = """
        import nbd, errno, sys
        def fails(number, call):
            try:
                call()
            except nbd.Error as e:
                assert e.errnum == number, (e.errnum, e.string)
                return
            raise AssertionError("no error")
        h = nbd.NBD()
        h.set_strict_mode(0)
        h.add_meta_context("base:allocation")
        if len(sys.argv) > 2:
            h.set_request_structured_replies(False)
        h.connect_uri(sys.argv[1])
        size = h.get_size()

        """;

    private const string EveryCommand = Prelude + """
        h.pwrite(b"a" * 5000, 100)
        assert h.pread(5000, 100) == b"a" * 5000
        h.pwrite(b"b" * 512, 0, nbd.CMD_FLAG_FUA)
        h.zero(512, 0, nbd.CMD_FLAG_NO_HOLE)
        assert h.pread(512, 0) == bytearray(512)
        h.zero(4096, 4096)
        h.zero(4096, 4096, nbd.CMD_FLAG_FAST_ZERO | nbd.CMD_FLAG_FUA)
        h.trim(4096, 8192, nbd.CMD_FLAG_FUA)
        h.cache(65536, 0)
        h.flush()
        h.pwrite(b"c" * (32 << 20), 1 << 20)
        assert h.pread(32 << 20, 1 << 20) == b"c" * (32 << 20)
        assert h.pread(size % 512 or 1, size - (size % 512 or 1)) is not None
        h.shutdown()
        """;

    private const string Structured = Prelude + """
        assert h.get_structured_replies_negotiated()
        seen = []
        h.block_status(size, 0, lambda context, offset, entries, error: seen.append((context, list(entries))))
        assert seen[0][0] == "base:allocation" and sum(seen[0][1][::2]) == size, seen
        one = []
        h.block_status(size, 0, lambda context, offset, entries, error: one.extend(entries), nbd.CMD_FLAG_REQ_ONE)
        assert len(one) == 2, one
        parts = []
        h.pread_structured(1 << 20, 0, lambda data, offset, status, error: parts.append((offset, len(data), status)), nbd.CMD_FLAG_DF)
        assert len(parts) == 1 and parts[0][1] == 1 << 20, parts
        fails(errno.EINVAL, lambda: h.pread(512, size))
        fails(errno.EINVAL, lambda: h.pread(512, (1 << 63) - 256))
        h.shutdown()
        """;

    private const string Errors = Prelude + """
        fails(errno.EINVAL, lambda: h.pread(512, size))
        fails(errno.EINVAL, lambda: h.pread(512, (1 << 63) - 256))
        fails(errno.ENOSPC, lambda: h.pwrite(b"x" * 512, size))
        fails(errno.ENOSPC, lambda: h.pwrite(b"x" * 512, (1 << 63) - 256))
        fails(errno.ENOSPC, lambda: h.zero(512, size - 1))
        fails(errno.EINVAL, lambda: h.trim(512, size))
        fails(errno.EINVAL, lambda: h.cache(512, size))
        fails(errno.EINVAL, lambda: h.pread((32 << 20) + 1, 0))
        fails(errno.EINVAL, lambda: h.pwrite(bytearray((32 << 20) + 1), 0))
        assert h.pread(512, 0) is not None
        h.shutdown()
        """;

    private const string ReadOnly = Prelude + """
        fails(errno.EPERM, lambda: h.pwrite(b"x" * 512, 0))
        fails(errno.EPERM, lambda: h.pwrite(b"x" * 512, size))
        fails(errno.EPERM, lambda: h.zero(512, 0))
        fails(errno.EPERM, lambda: h.trim(512, 0))
        h.flush()
        h.cache(512, 0)
        assert h.pread(512, 0) == bytearray(512)
        h.shutdown()
        """;

    private const string Full = Prelude + """
        fails(errno.ENOSPC, lambda: h.pwrite(b"x" * (4 << 20), 0))
        fails(errno.ENOSPC, lambda: h.zero(4 << 20, 0, nbd.CMD_FLAG_NO_HOLE))
        fails(errno.EOPNOTSUPP, lambda: h.zero(4096, 0, nbd.CMD_FLAG_NO_HOLE | nbd.CMD_FLAG_FAST_ZERO))
        h.flush()
        h.zero(4 << 20, 0)
        assert h.pread(512, 0) == bytearray(512)
        h.shutdown()
        """;

    private const string Broken = Prelude + """
        h.pwrite(b"x" * (4 << 20), 0)
        for i in range(3):
            fails(errno.EIO, lambda: h.flush())
            fails(errno.EIO, lambda: h.pwrite(b"x" * 512, 0, nbd.CMD_FLAG_FUA))
        h.shutdown()
        """;

    [Fact]
    public async Task Nbdsh_OnAReadOnlyExport_IsNotPermittedToWrite()
    {
        using var disk = new TempFile(1 << 20);
        await using var server = await TestServer.StartOnFileAsync(disk.Path, isReadOnly: true);

        await Tool.RunAsync("/usr/bin/python3", "-c", ReadOnly, server.Uri);
    }

    [Fact]
    public async Task Nbdsh_OnAFullFileSystem_HasNoSpace()
    {
        using var full = await FullDisk.MakeAsync(8 << 20);
        using var disk = new TempFile(8 << 20, full.Directory);
        await using var server = await TestServer.StartOnFileAsync(disk.Path);

        await Tool.RunAsync("/usr/bin/python3", "-c", Full, server.Uri);
    }

    [Fact]
    public async Task Nbdsh_OnADeviceThatLosesWrites_IsToldWithEveryFlush()
    {
        using var full = await FullDisk.MakeAsync(8 << 20);
        await using var server = await TestServer.StartOnFileAsync(full.LoopPath);

        await Tool.RunAsync("/usr/bin/python3", "-c", Broken, server.Uri);
    }

    [Fact]
    public async Task Nbdsh_OnASnapshotUponADeviceThatLosesWrites_IsToldWithEveryFlush()
    {
        using var full = await FullDisk.MakeAsync(8 << 20);
        using var image = TempFile.WithRandomBytes(8 << 20, seed: 40);
        using var overlay = new SnapshotOverlay(
            new DiskDevice(BlockDevice.Open(full.LoopPath, readOnly: false)), 0);
        using var basis = new DiskDevice(BlockDevice.OpenUnchanging(image.Path));
        await using var server = await TestServer.StartAsync(new SnapshotDevice(basis, overlay));

        await Tool.RunAsync("/usr/bin/python3", "-c", Broken, server.Uri);
    }

    [Theory]
    [InlineData(EveryCommand)]
    [InlineData(Structured)]
    [InlineData(Errors)]
    public async Task Nbdsh_ScriptOnASnapshot_Passes(string script)
    {
        using var disk = new TempFile((40 << 20) + 77);
        using var snapshot = SnapshotOf.FileInMemory(disk.Path);
        await using var server = await TestServer.StartAsync(snapshot.Device);

        await Tool.RunAsync("/usr/bin/python3", "-c", script, server.Uri);
    }

    [Theory]
    [InlineData(EveryCommand)]
    [InlineData(Structured)]
    [InlineData(Errors)]
    public async Task Nbdsh_Script_Passes(string script)
    {
        using var disk = new TempFile((40 << 20) + 77);
        await using var server = await TestServer.StartOnFileAsync(disk.Path);

        await Tool.RunAsync("/usr/bin/python3", "-c", script, server.Uri);
    }

    [Theory]
    [InlineData(EveryCommand)]
    [InlineData(Errors)]
    public async Task Nbdsh_ScriptWithSimpleReplies_Passes(string script)
    {
        using var disk = new TempFile((40 << 20) + 77);
        await using var server = await TestServer.StartOnFileAsync(disk.Path);

        await Tool.RunAsync("/usr/bin/python3", "-c", script, server.Uri, "simple");
    }
}
