using Stiefel.Nbd.Devices;
using Stiefel.Nbd.Tests.Support;
using Xunit;

namespace Stiefel.Nbd.Tests.Devices;

/// <summary>When all writes of a client count as flushed, and which numbers count as new.</summary>
public sealed class ExportSessionTests
{
    private readonly ExportSession _session = new();

    [Fact]
    public void IsFlushed_NothingWasFlushedYet_IsNot() => Assert.False(_session.IsFlushed);

    [Theory]
    [InlineData("flush", true)]
    [InlineData("write flush", true)]
    [InlineData("flush write", false)]
    [InlineData("flush trim", false)]
    [InlineData("flush zero", false)]
    [InlineData("flush read", true)]
    [InlineData("write flush flush write", false)]
    [InlineData("write failing-flush", false)]
    [InlineData("flush write failing-flush", false)]
    [InlineData("flush failing-write", false)]
    [InlineData("failing-write flush", true)]
    public void IsFlushed_AfterCommands_IsTrueIfAFlushWasTheLastThatChangesAnything(string commands, bool expected)
    {
        using var disk = new MemoryDevice(4096);
        using var device = new WatchedDevice(disk, _session);
        foreach (var command in commands.Split(' '))
        {
            disk.Fault = (_, _) => command.StartsWith("failing-", StringComparison.Ordinal) ? 5 : null;
            Do(device, command);
        }

        Assert.Equal(expected, _session.IsFlushed);
    }

    [Fact]
    public void IsFlushed_FlushBeganBeforeAWriteEnded_IsNot()
    {
        using var disk = new MemoryDevice(4096);
        using var device = new WatchedDevice(disk, _session);
        disk.Before = command =>
        {
            if (command == "write")
            {
                disk.Before = _ => { };
                device.Flush();
            }
        };
        device.Write(0, [1]);
        Assert.False(_session.IsFlushed);
    }

    [Fact]
    public void TryEnd_OldNumber_IsRefused()
    {
        Assert.True(_session.TryEnter(7, 1));
        Assert.False(_session.TryEnd(7));
        Assert.True(_session.TryEnd(8));
        Assert.False(_session.TryEnd(8));
        Assert.False(_session.TryEnter(7, 2));
        Assert.False(_session.TryEnter(0, 3));
        Assert.True(_session.TryEnter(9, 4));
        Assert.True(_session.TryEnd(ulong.MaxValue));
        Assert.False(_session.TryEnd(ulong.MaxValue));
    }

    private static void Do(WatchedDevice device, string command)
    {
        try
        {
            switch (command.Replace("failing-", "", StringComparison.Ordinal))
            {
                case "flush":
                    device.Flush();
                    break;
                case "write":
                    device.Write(0, [1]);
                    break;
                case "trim":
                    device.Trim(0, 512);
                    break;
                case "zero":
                    device.WriteZeroes(0, 512, 0);
                    break;
                default:
                    device.Read(0, new byte[1]);
                    break;
            }
        }
        catch (Stiefel.Linux.Errors.LinuxException)
        {
        }
    }
}
