using Stiefel.Linux.BlockDevices;
using Stiefel.Linux.Errors;
using Stiefel.Nbd.Tests.Support;
using Stiefel.Nbd.Wire;
using Xunit;

namespace Stiefel.Nbd.Tests.Devices;

/// <summary>Real failures of real devices: a loop device on a file system that is full.</summary>
public sealed class DiskDeviceTests
{
    private const int Size = 8 << 20;

    [Fact]
    public async Task Flush_ThatFailed_NeverSucceedsAgainOnAnyConnection()
    {
        using var disk = await FullDisk.MakeAsync(Size);
        await using var server = await TestServer.StartOnFileAsync(disk.LoopPath);
        using var writer = NbdTestClient.Open(server);
        using var other = NbdTestClient.Open(server);

        // The page cache accepts the write, but the medium cannot.
        Assert.Equal(NbdError.None, writer.Call(NbdCommand.Write, 0, Size, payload: Filled(Size)));
        Assert.NotEqual(NbdError.None, writer.Call(NbdCommand.Flush, 0, 0));

        // The kernel by itself would report success from here on.
        Assert.NotEqual(NbdError.None, writer.Call(NbdCommand.Flush, 0, 0));
        Assert.NotEqual(NbdError.None, other.Call(NbdCommand.Flush, 0, 0));
        Assert.NotEqual(NbdError.None, other.Call(NbdCommand.Write, 0, 1, NbdCommandFlags.Fua, [1]));
    }

    [Fact]
    public async Task Flush_OfTheKernelAlone_ForgetsTheFailure()
    {
        // Shows why DiskDevice must remember a failure; if this test ever fails, DiskDevice can be simplified.
        using var disk = await FullDisk.MakeAsync(Size);
        using var device = BlockDevice.Open(disk.LoopPath, readOnly: false);
        device.Write(0, Filled(Size));

        Assert.Throws<LinuxException>(device.Sync);
        device.Sync();
    }

    [Fact]
    public async Task Write_ToAFileWithoutRoom_IsNoSpace()
    {
        using var disk = await FullDisk.MakeAsync(Size);
        using var image = new TempFile(Size, disk.Directory);
        await using var server = await TestServer.StartOnFileAsync(image.Path);
        using var client = NbdTestClient.Open(server);

        Assert.Equal(NbdError.NoSpace, client.Call(NbdCommand.Write, 0, Size, payload: Filled(Size)));
        Assert.Equal(NbdError.None, client.Call(NbdCommand.Flush, 0, 0));
    }

    [Fact]
    public async Task Read_OfADeviceThatLostItsSecondHalf_IsAnErrorWhereItBegins()
    {
        using var image = TempFile.WithRandomBytes(Size, seed: 9);
        var loop = (await Tool.RunAsync("losetup", "--find", "--show", image.Path)).Trim();
        try
        {
            await using var server = await TestServer.StartOnFileAsync(loop);
            await using (var stream = File.OpenWrite(image.Path))
            {
                stream.SetLength(Size / 2);
            }

            using var client = NbdTestClient.Open(server);
            Assert.Equal(NbdError.InputOutput, client.Call(NbdCommand.Read, Size - 4096, 4096));
            Assert.Equal(NbdError.InputOutput, client.Call(NbdCommand.Read, 0, Size));
            Assert.Equal(NbdError.None, client.Call(NbdCommand.Read, 0, 4096));
            client.Receive(4096);

            using var structured = NbdTestClient.Open(server, ReplyFormat.Structured);
            structured.Request(NbdCommand.Read, 0, Size);
            (var head, var payload) = structured.ReadChunk();
            while (!head.IsLast)
            {
                Assert.Equal(ChunkType.OffsetData, head.Type);
                (head, payload) = structured.ReadChunk();
            }

            Assert.Equal(ChunkType.ErrorOffset, head.Type);
            Assert.Equal([0, 0, 0, 5], payload[..4]);
            await server.Log.WaitForAsync("failed disk Read", TestContext.Current.CancellationToken);
        }
        finally
        {
            await Tool.RunAsync("losetup", "--detach", loop);
        }
    }

    [Fact]
    public async Task LoopDevice_Served_OffersItsSectorAndTakesEveryCommand()
    {
        using var image = new TempFile(Size);
        var loop = (await Tool.RunAsync("losetup", "--find", "--show", "--sector-size", "4096", image.Path)).Trim();
        try
        {
            await using var server = await TestServer.StartOnFileAsync(loop);
            var info = await Tool.RunAsync("nbdinfo", server.Uri);
            Assert.Contains("block_size_minimum: 4096", info, StringComparison.Ordinal);

            using var client = NbdTestClient.Open(server);
            Assert.Equal(NbdError.None, client.Call(NbdCommand.Write, 5, 100_000, NbdCommandFlags.Fua, Filled(100_000)));
            Assert.Equal(NbdError.None, client.Call(NbdCommand.WriteZeroes, 10_000, 20_000));
            Assert.Equal(NbdError.None, client.Call(NbdCommand.Trim, 50_000, 20_000));
            Assert.Equal(NbdError.None, client.Call(NbdCommand.Read, 9_999, 2));
            Assert.Equal([0x5a, 0], client.Receive(2));
            Assert.Equal(NbdError.None, client.Call(NbdCommand.Flush, 0, 0));
        }
        finally
        {
            await Tool.RunAsync("losetup", "--detach", loop);
        }
    }

    private static byte[] Filled(int length)
    {
        var bytes = new byte[length];
        Array.Fill(bytes, (byte)0x5a);
        return bytes;
    }
}
