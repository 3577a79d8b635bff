using System.Diagnostics;
using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Stiefel.Nbd.Client;

namespace Stiefel.Attach.Agent;

/// <summary>
/// Watches the queue of /dev/nbd0 and bounds the size of its requests (<see cref="RequestPace"/>). Its files in /sys are opened early and kept open,
/// because after switch-root the agent sees no /sys.
/// </summary>
internal sealed class DeviceQueue : IDisposable
{
    // Keep the stack small: the agent's memory is locked.
    private const int StackBytes = 256 * 1024;
    private const int StatBytes = 512;
    private const int Kibibyte = 1024;
    private const int Ended = 0;

    private static readonly TimeSpan s_busy = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(2);

    private readonly RequestPace _pace;
    private readonly SafeFileHandle _counters;
    private readonly SafeFileHandle _size;
    private readonly Action<string> _say;
    private readonly AutoResetEvent _changed = new(false);
    private readonly byte[] _line = new byte[StatBytes];
    private readonly Stopwatch _since = Stopwatch.StartNew();
    private QueueCounters _before;
    private volatile int _wanted;

    private DeviceQueue(RequestPace pace, SafeFileHandle counters, SafeFileHandle size, Action<string> say)
    {
        (_pace, _counters, _size, _say) = (pace, counters, size, say);
        _before = Read() ?? default;
    }

    /// <summary>The time until the next <see cref="Look"/>.</summary>
    internal TimeSpan Interval { get; private set; } = s_busy;

    /// <summary>Opens the queue; null if this kernel does not show it, and requests then keep the kernel's own size.</summary>
    /// <param name="device">The device's directory in /sys.</param>
    /// <param name="export">The server's limits.</param>
    /// <param name="requestTimeout">The time for which the kernel waits for an answer.</param>
    /// <param name="say">Writes a line to the kernel's log.</param>
    internal static DeviceQueue? TryOpen(string device, NbdExportInfo export, TimeSpan requestTimeout, Action<string> say)
    {
        SafeFileHandle? counters = null;
        try
        {
            counters = File.OpenHandle($"{device}/stat", share: FileShare.ReadWrite);
            var size = File.OpenHandle($"{device}/queue/max_sectors_kb", FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            return new DeviceQueue(PaceFor(export, requestTimeout), counters, size, say);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            counters?.Dispose();
            return null;
        }
    }

    /// <summary>Goes on with the files of an agent that was killed. Does not wait for requests under way.</summary>
    internal static DeviceQueue GoOn(SafeFileHandle counters, SafeFileHandle size, NbdExportInfo export, TimeSpan requestTimeout, Action<string> say)
    {
        var queue = new DeviceQueue(PaceFor(export, requestTimeout), counters, size, say);
        queue._wanted = queue._pace.Kibibytes;
        queue._changed.Set();
        queue.StartSetting();
        return queue;
    }

    /// <summary>What the stand-by must know of it.</summary>
    internal IEnumerable<StandByMessage> Holdings => [new(StandByWord.Counters, "", _counters), new(StandByWord.RequestSize, "", _size)];

    /// <summary>Bounds the first requests, and starts the thread that changes the bound later. May wait for requests under way.</summary>
    internal void Begin()
    {
        Write(_pace.Kibibytes);
        StartSetting();
    }

    /// <summary>Reads the device's counters and adapts the size of the kernel's next requests. Does not block.</summary>
    internal void Look()
    {
        if (Read() is not { } now)
        {
            return;
        }

        var window = now.Since(_before, _since.Elapsed);
        _before = now;
        _since.Restart();
        Interval = window.Bytes > 0 || window.UnderWay > 0 ? s_busy : s_idle;
        if (_pace.Observe(window))
        {
            _wanted = _pace.Kibibytes;
            _changed.Set();
        }
    }

    public void Dispose()
    {
        _wanted = Ended;
        _changed.Set();
        _counters.Dispose();
        _size.Dispose();
    }

    private static RequestPace PaceFor(NbdExportInfo export, TimeSpan requestTimeout) => new(requestTimeout, (int)(export.MaximumBlockSize / Kibibyte));

    private void StartSetting() => new Thread(SetForEver, StackBytes) { IsBackground = true }.Start();

    private QueueCounters? Read()
    {
        try
        {
            return QueueCounters.Parse(_line.AsSpan(0, RandomAccess.Read(_counters, _line, 0)));
        }
        catch (IOException)
        {
            return null;
        }
    }

    // Writing the limit has a thread of its own because kernels since 6.11 wait until no request is under way. While the connection is lost, that
    // is only after the agent's main thread has made a new one.
    private void SetForEver()
    {
        _changed.WaitOne();
        for (var kibibytes = _wanted; kibibytes != Ended; kibibytes = _wanted)
        {
            if (Write(kibibytes))
            {
                _say($"requests of up to {kibibytes} KiB from now on");
            }

            _changed.WaitOne();
        }
    }

    private bool Write(int kibibytes)
    {
        try
        {
            Span<byte> text = stackalloc byte[16];
            _ = kibibytes.TryFormat(text, out var length, provider: CultureInfo.InvariantCulture);
            RandomAccess.Write(_size, text[..length], 0);
            return true;
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // The setting only affects speed.
            return false;
        }
    }
}
