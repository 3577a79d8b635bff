using System.Text;
using Stiefel.Linux.Devices;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Power;
using Stiefel.Protocol.Control;
using Stiefel.Server.Configuration;
using Stiefel.Server.Metrics;
using Stiefel.Server.Network;
using Stiefel.Server.Power;
using Stiefel.Server.Status;

namespace Stiefel.Server.Screen;

/// <summary>
/// Shows on the laptop's own screen what it is doing, above its log, and reads its keyboard. The upper rows do not scroll with the log (DECSTBM).
/// Each update is one write, which saves and restores the log's cursor, so that neither disturbs the other. The kernel switches the screen
/// off after a minute without a key (man 4 console_codes, ESC [ 9 ; n ]); a key switches it on again, output does not. While a code for a
/// browser is shown, its picture takes the place of the usual rows and of some of the log.
/// </summary>
public sealed class LaptopScreen(
    ServerOptions options, StatusReport status, LoadHistory load, NetworkReport network, PowerFeed power, ScreenWishes wishes, BrowserDialogue browsers, TimeProvider time,
    ILogger<LaptopScreen> logger) : BackgroundService
{
    // Sets the time until the screen goes dark, UTF-8, and the scroll region of the log.
    private static readonly string s_begin = $"\u001b[9;1]\u001b%G{RegionBelow(ScreenText.Rows)}\u001b[999;1H";
    private const string End = "\u001b[r\u001b[999;1H";

    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    private readonly ScreenDialogue _dialogue = new();
    private volatile string _outcome = "";
    private int _rows;

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken token) => Task.Factory.StartNew(() => Run(token), token, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Run(CancellationToken token)
    {
        try
        {
            using var terminal = KeyTerminal.Open(options.Screen!);
            terminal.Write(Encoding.UTF8.GetBytes(s_begin));
            while (!token.IsCancellationRequested)
            {
                terminal.Write(Encoding.UTF8.GetBytes(Picture()));
                foreach (var key in terminal.ReadKeys(s_interval))
                {
                    Press(key);
                }
            }

            terminal.Write(Encoding.UTF8.GetBytes(End));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // The screen still shows the log.
            logger.ScreenFailed(e);
        }
    }

    private void Press(byte key)
    {
        // An open question comes first, so that its answer is not taken for that of another.
        if (_dialogue.IsAsking || !browsers.Press(key, network.Now()))
        {
            Take(_dialogue.Press(key, status.Now().Disk.HeldBy is not null, time.GetUtcNow()));
        }
    }

    private void Take((ScreenWish Wish, bool Force) confirmed)
    {
        if (confirmed.Wish != ScreenWish.None)
        {
            // Do not wait here: it may take minutes, because the disk's cache is written first.
            _ = Task.Run(async () => _outcome = await wishes.FulfilAsync(confirmed.Wish, confirmed.Force));
        }
    }

    private string Picture()
    {
        var now = time.GetUtcNow();
        if (Interlocked.Exchange(ref _outcome, "") is { Length: > 0 } outcome)
        {
            _dialogue.Say(outcome, now);
        }

        var interfaces = network.Now();
        var rows = browsers.Picture(interfaces) ?? UsualRows(interfaces, now);

        // Set the scrolling region each time, because a graphics driver that takes the screen over forgets it.
        var picture = new StringBuilder("\u001b7").Append(RegionBelow(rows.Count));
        foreach (var (row, index) in rows.Select((row, index) => (row, index)))
        {
            picture.Append($"\u001b[{index + 1};1H\u001b[{(index == 0 || rows.Count != ScreenText.Rows ? 1 : 0)}m{row}\u001b[K");
        }

        // Clear what a taller picture left behind.
        for (var index = rows.Count; index < _rows; index++)
        {
            picture.Append($"\u001b[{index + 1};1H\u001b[K");
        }

        _rows = rows.Count;
        return picture.Append("\u001b[0m\u001b8").ToString();
    }

    private IReadOnlyList<string> UsualRows(NetworkStatus interfaces, DateTimeOffset now)
    {
        var keys = _dialogue.Row(now);
        var asked = _dialogue.IsAsking ? null : browsers.Question;
        var moment = power.Latest;
        var view = new ScreenView(status.Now(), load.Now, interfaces, moment.Text, moment.Reading.State >= PowerState.Low, asked?.Who);
        return ScreenText.Of(view, asked?.Question ?? (keys == ScreenDialogue.Keys && browsers.IsPossible(interfaces) ? keys + BrowserDialogue.Key : keys), now);
    }

    private static string RegionBelow(int rows) => $"\u001b[{rows + 1}r";
}
