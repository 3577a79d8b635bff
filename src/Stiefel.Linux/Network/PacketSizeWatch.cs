using System.Net;
using System.Net.Sockets;
using Stiefel.Linux.Errors;

namespace Stiefel.Linux.Network;

/// <summary>
/// Decides how large the packets may be that this end sends into a tunnel (docs/protocol.md#packet-size), for as long as the tunnel exists. Sends a small and a
/// full-size packet every second, and looks which of them the other end echoes. Full-size ones are used only while they come back; otherwise a
/// <see cref="PacketLimit"/> makes TCP send small ones, also on connections that exist. The other end does the same for its own direction.
/// </summary>
public sealed class PacketSizeWatch : IDisposable
{
    // Keep the stack small: the agent's memory is locked.
    private const int StackBytes = 256 * 1024;

    // Echoes in a row before full-size packets are used for the first time, and again after they were lost.
    private const int FirstRun = 3;
    private const int LaterRun = 10;

    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_glance = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromHours(1);

    // The wait for the first decision: if nothing is heard at all, and if something is.
    private static readonly TimeSpan s_silence = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_undecided = TimeSpan.FromSeconds(5);

    private readonly PacketSizeOptions _options;
    private readonly PacketSizeJudge _judge = new();
    private readonly ManualResetEventSlim _decided = new();
    private readonly ManualResetEventSlim _stop = new();
    private EchoSocket? _echoes;
    private PacketSizeState _state;
    private TimeSpan _pause;
    private long _notBefore;
    private volatile bool _hasHeard;

    /// <param name="options">What to watch.</param>
    public PacketSizeWatch(PacketSizeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_options, _pause) = (options, options.FirstPause);
        _state = options.IsTrusted ? PacketSizeState.Used : PacketSizeState.Untried;
    }

    /// <summary>Sets or removes the limit, and starts the thread, which stays in the caller's network namespace.</summary>
    /// <exception cref="LinuxException">The tunnel is gone, or down.</exception>
    public void Start()
    {
        if (_options.IsTrusted)
        {
            PacketLimit.Remove(_options.Index, _options.Peer);
            _decided.Set();
        }
        else
        {
            Limit();
        }

        new Thread(Run, StackBytes) { IsBackground = true }.Start();
    }

    /// <summary>Waits until it is decided for the first time which packets are used, but only a moment if the other end is silent.</summary>
    public void WaitForDecision()
    {
        if (!_decided.Wait(s_silence) && _hasHeard)
        {
            _decided.Wait(s_undecided);
        }
    }

    /// <summary>Ends the watch. What is used stays as it is.</summary>
    public void Dispose() => _stop.Set();

    private void Run()
    {
        bool hasFailed;
        do
        {
            hasFailed = false;
            try
            {
                _options.BeforeRound?.Invoke();
                Exchange();
                Decide();
            }
            catch (Exception)
            {
                // Go on after any failure, which would end the process here: the tunnel is gone or down, or memory is short for a moment.
                _echoes?.Dispose();
                _echoes = null;
                hasFailed = true;
            }
        }
        while (!_stop.Wait(hasFailed ? s_interval : Pause));

        _echoes?.Dispose();
    }

    // Look again at once while there is something to find out; a look at a lost packet takes a moment by itself.
    private TimeSpan Pause => (_state, _judge.IsComplete) switch
    {
        (PacketSizeState.Untried, true) => TimeSpan.Zero,
        (PacketSizeState.Untried, false) => s_glance,
        (PacketSizeState.Used, false) when _judge.IsSuspicious => TimeSpan.Zero,
        _ => s_interval,
    };

    private void Exchange()
    {
        _echoes ??= new EchoSocket(_options.Index, _options.Peer, _options.Full);
        var number = (ushort)_judge.Next();
        _echoes.Send(number, _options.Safe);
        SendFull(_echoes, number);
        var end = Environment.TickCount64 + (long)s_glance.TotalMilliseconds;
        while (!_judge.IsComplete && _echoes.Receive(TimeSpan.FromMilliseconds(Math.Max(0, end - Environment.TickCount64))) is { } echo)
        {
            _judge.Hear(echo.Number, echo.Size == _options.Full);
            _hasHeard = true;
        }
    }

    // A packet that cannot be sent counts as lost.
    private void SendFull(EchoSocket echoes, ushort number)
    {
        try
        {
            echoes.Send(number, _options.Full);
        }
        catch (SocketException)
        {
        }
    }

    private void Decide()
    {
        if (_judge.IsBroken)
        {
            _judge.Forget();
            if (_state != PacketSizeState.Limited)
            {
                GiveUp(_pause, 0, 0);
                _pause = TimeSpan.FromTicks(Math.Min(2 * _pause.Ticks, s_longestPause.Ticks));
            }
        }
        else if (IsTimeToUse)
        {
            Use();
        }
    }

    private bool IsTimeToUse => _state switch
    {
        PacketSizeState.Untried => _judge.Run >= FirstRun,
        PacketSizeState.Limited => _judge.Run >= LaterRun && Environment.TickCount64 >= _notBefore,
        _ => false,
    };

    private void Use()
    {
        var (small, large) = !_options.Measures ? (0, 0)
            : _options.Compare?.Invoke() ?? PacketSpeed.Compare(_options.Index, _options.Peer, _options.Safe, _options.Full);
        if (_options.Measures && !PacketSpeed.IsEnough(small, large))
        {
            _judge.Forget();
            GiveUp(s_longestPause, small, large);
            return;
        }

        PacketLimit.Remove(_options.Index, _options.Peer);
        Enter(PacketSizeState.Used, small, large);
    }

    private void GiveUp(TimeSpan pause, double small, double large)
    {
        Limit();
        _notBefore = Environment.TickCount64 + (long)pause.TotalMilliseconds;
        Enter(PacketSizeState.Limited, small, large);
    }

    private void Enter(PacketSizeState state, double small, double large)
    {
        _state = state;
        _options.Changed(new PacketSizeChange(state == PacketSizeState.Used, _judge.HasWorked, small, large));
        _decided.Set();
    }

    private void Limit() => PacketLimit.Set(_options.Index, _options.Peer, _options.Safe);

    private enum PacketSizeState
    {
        Untried,
        Used,
        Limited,
    }
}

/// <summary>What a <see cref="PacketSizeWatch"/> watches. Sizes are in bytes, with the IPv6 header.</summary>
public sealed record PacketSizeOptions
{
    /// <summary>The number of the tunnel's interface, whose MTU is <see cref="Full"/>.</summary>
    public required int Index { get; init; }

    /// <summary>The other end's address in it.</summary>
    public required IPAddress Peer { get; init; }

    /// <summary>The size that always works.</summary>
    public required int Safe { get; init; }

    /// <summary>The size to try.</summary>
    public required int Full { get; init; }

    /// <summary>True if full-size packets are used until they get lost; false if only after they came back.</summary>
    public bool IsTrusted { get; init; }

    /// <summary>True if full-size packets are used only if they are not slower.</summary>
    public bool Measures { get; init; }

    /// <summary>The time after which packets that were lost are used again if they come back; twice as long each time.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Measures the speeds of small and large packets in bytes per second, in place of <see cref="PacketSpeed"/>; for tests.</summary>
    internal Func<(double Small, double Large)>? Compare { get; init; }

    /// <summary>Runs before each look, on the watch's thread.</summary>
    public Action? BeforeRound { get; init; }

    /// <summary>Receives each decision, on the watch's thread. Must not throw.</summary>
    public required Action<PacketSizeChange> Changed { get; init; }
}

/// <summary>A decision.</summary>
/// <param name="IsUsed">True if full-size packets are used from now on.</param>
/// <param name="HasWorked">True if a full-size packet ever came back.</param>
/// <param name="Small">The measured speed of small packets in bytes per second; 0 if it was not measured.</param>
/// <param name="Large">The same of full-size packets; 0 if it was not measured, or if they were lost.</param>
public readonly record struct PacketSizeChange(bool IsUsed, bool HasWorked, double Small, double Large);
