using Stiefel.Linux.Errors;
using Stiefel.Linux.Power;
using Stiefel.Protocol.Control;
using Stiefel.Server.Configuration;
using Stiefel.Server.Events;

namespace Stiefel.Server.Power;

/// <summary>
/// Reads mains and batteries: soon after the kernel announces a change, and from time to time, because some machines announce nothing. It reports
/// failures and keeps reading.
/// </summary>
public sealed class PowerMonitor(PowerOptions options, PowerFeed feed, EventJournal journal, TimeProvider time, ILogger<PowerMonitor> logger) : BackgroundService
{
    // Plugging in causes several announcements, and some machines send two a second all the time: read once for all within one second.
    private static readonly TimeSpan s_gathering = TimeSpan.FromSeconds(1);

    // Batteries are read over a slow bus, and some controllers hang for good.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    // A nearly empty battery is reported repeatedly.
    private static readonly TimeSpan s_reminder = TimeSpan.FromMinutes(1);

    private readonly PowerJudge _judge = new(options.LowPercent, options.CriticalPercent);
    private readonly SemaphoreSlim _announced = new(0, 1);
    private readonly long _start = time.GetTimestamp();
    private Task<IReadOnlyList<PowerSupply>?> _look = Task.FromResult<IReadOnlyList<PowerSupply>?>(null);
    private TimeSpan _told;
    private bool _hasLooked;
    private string? _failure;

    private TimeSpan Now => time.GetElapsedTime(_start);

    /// <inheritdoc/>
    public override void Dispose()
    {
        _announced.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken token)
    {
        using var announcements = Listen();
        while (true)
        {
            await TryLookAsync(token);
            if (await _announced.WaitAsync(options.Interval, token))
            {
                await Task.Delay(s_gathering, token);
                _announced.Wait(0, CancellationToken.None);
            }
        }
    }

    private async Task TryLookAsync(CancellationToken token)
    {
        try
        {
            await LookAsync(token);
            _failure = null;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            if (_failure != e.Message)
            {
                logger.LookFailed(e);
            }

            _failure = e.Message;
        }
    }

    private async Task LookAsync(CancellationToken token)
    {
        if (_look.IsCompleted)
        {
            _look = Task.Run(() => PowerSupplies.Read(options.Supplies), CancellationToken.None);
        }

        try
        {
            Tell(_judge.Judge(await _look.WaitAsync(s_patience, time, token), Now));
        }
        catch (TimeoutException)
        {
            // The next round waits for the same reading, so that a hanging driver blocks one thread at most.
            Tell(new PowerReading(PowerState.Unknown, null, null, "the battery's driver does not answer", []));
        }
    }

    private void Tell(PowerReading reading)
    {
        var isOther = feed.Publish(reading);
        var isFirst = !_hasLooked;
        _hasLooked = true;
        if (isOther && !isFirst)
        {
            // The first reading is not an event: that state existed before the server started.
            journal.Add(EventTopics.Power, feed.Latest.Word, feed.Latest.Text);
        }

        var isDire = reading.State == PowerState.Critical && Now - _told >= s_reminder;
        if (!isOther && !isDire)
        {
            return;
        }

        _told = Now;
        if (reading.State > PowerState.OnBattery)
        {
            logger.PowerIsInDanger(feed.Latest.Text);
        }
        else
        {
            logger.PowerIs(feed.Latest.Text);
        }
    }

    private PowerAnnouncements? Listen()
    {
        try
        {
            return PowerAnnouncements.Listen(Announced);
        }
        catch (LinuxException e)
        {
            logger.AnnouncementsNotHeard(e);
            return null;
        }
    }

    private void Announced()
    {
        try
        {
            if (_announced.CurrentCount == 0)
            {
                _announced.Release();
            }
        }
        catch (ObjectDisposedException)
        {
            // The server ends.
        }
    }
}
