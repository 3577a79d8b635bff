using Stiefel.Attach.Console;
using Stiefel.Linux.Devices;
using Stiefel.Protocol.Notices;
using Stiefel.Protocol.Text;

namespace Stiefel.Attach.Agent;

/// <summary>
/// Acts on the laptop's notices: all go to the kernel's log, warnings also to every terminal, and one kind asks this system to shut down. The number
/// shown per minute is limited, whatever the laptop sends; the first request to shut down is always obeyed.
/// </summary>
internal sealed class NoticeBoard
{
    /// <summary>The number of notices shown in one burst; after it, one more in each <see cref="Refill"/>.</summary>
    internal const int Burst = 12;

    /// <summary>The time after which one more notice may be shown, in milliseconds.</summary>
    internal const long Refill = 10_000;

    private readonly Action<string> _log;
    private readonly Action<string> _warn;
    private readonly Func<bool> _powerOff;
    private readonly Func<long> _milliseconds;
    private double _room = Burst;
    private long _looked;
    private bool _isEnding;

    internal NoticeBoard(AttachLog log)
        : this(log.Say, text => Warn(log, text), LaterSystem.PowerOff, () => Environment.TickCount64)
    {
    }

    /// <param name="log">Writes a line to the log only.</param>
    /// <param name="warn">Writes a line to the log and to all terminals.</param>
    /// <param name="powerOff">Asks this system to power off; false if its init takes no such request.</param>
    /// <param name="milliseconds">A clock that counts milliseconds.</param>
    internal NoticeBoard(Action<string> log, Action<string> warn, Func<bool> powerOff, Func<long> milliseconds)
    {
        (_log, _warn, _powerOff, _milliseconds) = (log, warn, powerOff, milliseconds);
        _looked = milliseconds();
    }

    /// <summary>Shows the notice, and does what it asks for.</summary>
    internal void Show(Notice notice)
    {
        var text = $"the laptop says: {PrintableText.OneLine(notice.Text)}";
        var isWish = notice.Kind == NoticeKind.PowerOff && !_isEnding;
        if (TakeRoom() || isWish)
        {
            (notice.Kind is NoticeKind.Warning or NoticeKind.PowerOff ? _warn : _log)(text);
        }

        if (isWish)
        {
            _isEnding = _powerOff();
            if (!_isEnding)
            {
                _warn("this system is not run by systemd, so it cannot shut down by itself: shut it down by hand");
            }
        }
    }

    private bool TakeRoom()
    {
        var now = _milliseconds();
        _room = Math.Min(Burst, _room + ((double)(now - _looked) / Refill));
        _looked = now;
        if (_room < 1)
        {
            return false;
        }

        _room--;
        return true;
    }

    private static void Warn(AttachLog log, string text)
    {
        log.Fail(text);
        LaterSystem.WriteToTerminals($"\r\n\astiefel: {text}\r\n");
    }
}
