using Stiefel.Attach.Agent;
using Stiefel.Nbd.Client;
using Stiefel.Nbd.Wire;
using Stiefel.Protocol.Handover;
using Xunit;

namespace Stiefel.Attach.Tests.Agent;

public sealed class BlockDeviceOptionsTests
{
    private static readonly AttachSession s_session = new()
    {
        Mac = "52:54:00:12:34:56",
        ServerAddress = "fe80::1",
        Port = 10809,
        ExportName = "s-name",
        RequestTimeoutSeconds = 7,
        DeadConnectionSeconds = 90,
    };

    private static readonly NbdExportInfo s_export = new(1 << 30, TransmissionFlags.HasFlags | TransmissionFlags.SendFlush, 1, 4096, 1 << 25);

    [Theory]
    [InlineData(1u, 512)] // a plain file
    [InlineData(512u, 512)]
    [InlineData(1024u, 1024)]
    [InlineData(4096u, 4096)] // a disk with 4 KiB sectors, in which its partition table counts
    public void SectorSize_SmallestBlock_IsTheDisksSector(uint minimumBlock, int expected) =>
        Assert.Equal(expected, BlockDeviceOptions.SectorSize(minimumBlock));

    [Theory]
    [InlineData(8192u)]
    [InlineData(1000u)]
    [InlineData(uint.MaxValue)]
    public void SectorSize_WhatTheKernelCannotDo_IsRefused(uint minimumBlock) =>
        Assert.Contains($"{minimumBlock}", Assert.Throws<IOException>(() => BlockDeviceOptions.SectorSize(minimumBlock)).Message, StringComparison.Ordinal);

    [Fact]
    public void For_Session_CarriesItsTimes()
    {
        var options = BlockDeviceOptions.For(s_session, s_export);

        Assert.Equal((0, 1L << 30, 5UL), (options.Index, options.Size, options.ServerFlags));
        Assert.Equal((TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(90)), (options.RequestTimeout, options.DeadConnectionTimeout));
        Assert.Null(BlockDeviceOptions.For(s_session with { DeadConnectionSeconds = 0 }, s_export).DeadConnectionTimeout);
    }

    [Theory]
    [InlineData("4294966784\n", "67108864")]
    [InlineData("67108864\n", "67108864\n")]
    [InlineData("0\n", "0\n")] // no discards
    public void Limit_Discards_LowersWhatIsLarger(string before, string after)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, before);

            BlockDeviceOptions.Limit(file, BlockDeviceOptions.LargestDiscard);

            Assert.Equal(after, File.ReadAllText(file));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Limit_SettingThatTheKernelLacks_IsNoError() => BlockDeviceOptions.Limit("/nonexistent/discard_max_bytes", 1);

    [Fact]
    public void SameDisk_AnotherSizeWritabilityOrSector_IsAnotherDisk()
    {
        Assert.True(ServerConnector.SameDisk(s_export, s_export with { Flags = s_export.Flags | TransmissionFlags.SendTrim, MinimumBlockSize = 512 }));
        Assert.False(ServerConnector.SameDisk(s_export, s_export with { Size = s_export.Size - 512 }));
        Assert.False(ServerConnector.SameDisk(s_export, s_export with { Flags = s_export.Flags | TransmissionFlags.ReadOnly }));
        Assert.False(ServerConnector.SameDisk(s_export, s_export with { MinimumBlockSize = 4096 }));
    }
}
