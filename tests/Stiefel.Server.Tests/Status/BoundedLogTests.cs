using System.Net;
using Microsoft.Extensions.Logging;
using Stiefel.Server.Desktops;
using Stiefel.Server.Events;
using Stiefel.Server.Strangers;
using Stiefel.Server.Tests.Hosting;

namespace Stiefel.Server.Tests.Status;

public sealed class BoundedLogTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void StrangerLog_OneAddress_IsToldOncePerMinute()
    {
        using var lines = new LogLines();
        var log = new StrangerLog(_time, Logger(lines));
        for (var i = 0; i < 10; i++)
        {
            log.Knocked(IPAddress.Loopback, "try");
        }

        Assert.Single(lines.All);
        _time.Advance(OncePerAddress.Silence);
        log.Knocked(IPAddress.Loopback, "try");
        Assert.Equal(2, lines.All.Count);
    }

    [Fact]
    public void StrangerLog_InventedAddresses_StayBounded()
    {
        using var lines = new LogLines();
        var log = new StrangerLog(_time, Logger(lines));
        var address = 0;
        for (var second = 0; second < 180; second++)
        {
            for (var i = 0; i < 1000; i++)
            {
                log.Knocked(new IPAddress(address++), "try");
            }

            Assert.Equal(((second / 60) + 1) * OncePerAddress.MaxAddresses, lines.All.Count);
            _time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public void StrangerLog_AddressesOfDifferentAges_MakeRoomOneByOne()
    {
        using var lines = new LogLines();
        var log = new StrangerLog(_time, Logger(lines));
        for (var i = 0; i < OncePerAddress.MaxAddresses; i++)
        {
            log.Knocked(new IPAddress(i), "try");
            _time.Advance(TimeSpan.FromMilliseconds(1));
        }

        log.Knocked(new IPAddress(1_000_000), "try");
        Assert.Equal(OncePerAddress.MaxAddresses, lines.All.Count);

        _time.Advance(OncePerAddress.Silence - TimeSpan.FromMilliseconds(OncePerAddress.MaxAddresses));
        log.Knocked(new IPAddress(1_000_000), "try");
        log.Knocked(new IPAddress(1_000_001), "try");
        Assert.Equal(OncePerAddress.MaxAddresses + 1, lines.All.Count);
    }

    [Fact]
    public void MachineLog_ManyEvents_KeepsTheLatest()
    {
        var log = new DesktopLog(_time, new EventJournal(_time));
        for (var i = 0; i < 1000; i++)
        {
            log.Add(IPAddress.Loopback, "stage", $"{i}");
        }

        var machine = Assert.Single(log.Snapshot());
        Assert.Equal(DesktopLog.MaxEvents, machine.Events.Count);
        Assert.Equal("999", machine.Events[^1].Text);
    }

    [Fact]
    public void MachineLog_ManyMachines_ForgetsTheOneHeardOfLongestAgo()
    {
        var log = new DesktopLog(_time, new EventJournal(_time));
        log.Add(new IPAddress(1), "a", "");
        for (var i = 2; i <= DesktopLog.MaxDesktops; i++)
        {
            log.Add(new IPAddress(i), "a", "");
        }

        log.Add(new IPAddress(1), "b", "");
        log.Add(new IPAddress(1000), "a", "");
        var machines = log.Snapshot();
        Assert.Equal(DesktopLog.MaxDesktops, machines.Count);
        Assert.Contains(machines, m => m.Address == new IPAddress(1).ToString() && m.Stage == "b");
        Assert.DoesNotContain(machines, m => m.Address == new IPAddress(2).ToString());
    }

    [Fact]
    public void StrangerBudget_Flood_IsCutToItsRate()
    {
        var budget = new StrangerBudget(_time);
        var taken = 0;
        for (var millisecond = 0; millisecond < 2000; millisecond++)
        {
            for (var i = 0; i < 100; i++)
            {
                taken += budget.TryTake() ? 1 : 0;
            }

            _time.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.InRange(taken, 2 * StrangerBudget.PerSecond, (2 * StrangerBudget.PerSecond) + StrangerBudget.Burst);
    }

    private static Logger<StrangerLog> Logger(LogLines lines)
    {
        var factory = new LoggerFactory([lines]);
        return new Logger<StrangerLog>(factory);
    }
}
