using System.Net;
using System.Net.Sockets;

namespace Stiefel.Attach.Agent;

/// <summary>One connection of <see cref="ControlPassage"/>: neither of its two sockets is ever waited for.</summary>
internal sealed class PassedConnection : IDisposable
{
    private readonly Socket _here;
    private readonly Socket _there;
    private readonly PassedBytes _out;
    private readonly PassedBytes _back;
    private bool _isConnected;

    private PassedConnection(Socket here, Socket there) =>
        (_here, _there, _out, _back, LastUsed) = (here, there, new PassedBytes(here, there), new PassedBytes(there, here), Environment.TickCount64);

    /// <summary>When something came through last, in the system's milliseconds.</summary>
    internal long LastUsed { get; private set; }

    /// <summary>Takes the socket and begins to call the laptop; null if that cannot even begin.</summary>
    internal static PassedConnection? TryBegin(Socket here, IPEndPoint laptop)
    {
        Socket? there = null;
        try
        {
            there = new Socket(laptop.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, Blocking = false };
            ServerConnection.LimitCall(there);
            (here.NoDelay, here.Blocking) = (true, false);
            try
            {
                there.Connect(laptop);
            }
            catch (SocketException exception) when (exception.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
            {
                // On its way.
            }

            return new PassedConnection(here, there);
        }
        catch (SocketException)
        {
            there?.Dispose();
            here.Dispose();
            return null;
        }
    }

    /// <summary>What it waits for.</summary>
    internal void AddWaits(List<Socket> readable, List<Socket> writable)
    {
        if (!_isConnected)
        {
            writable.Add(_there);
            return;
        }

        _out.AddWait(readable, writable);
        _back.AddWait(readable, writable);
    }

    /// <summary>Does what can be done now; false, and closed, once it is over.</summary>
    internal bool GoOn()
    {
        try
        {
            if (_isConnected || IsThrough())
            {
                _isConnected = true;
                LastUsed = _out.Pass() | _back.Pass() ? Environment.TickCount64 : LastUsed;
            }

            if (!_out.IsOver || !_back.IsOver)
            {
                return true;
            }
        }
        catch (SocketException)
        {
            // One end is gone; the other end hears of it by the close.
        }

        Dispose();
        return false;
    }

    public void Dispose()
    {
        _here.Dispose();
        _there.Dispose();
    }

    private bool IsThrough()
    {
        if (!_there.Poll(0, SelectMode.SelectWrite))
        {
            return false;
        }

        return (int)_there.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)! is var error and not 0 ? throw new SocketException(error) : true;
    }
}
