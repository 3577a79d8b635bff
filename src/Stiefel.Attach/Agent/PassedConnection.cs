using System.Net;
using System.Net.Sockets;

namespace Stiefel.Attach.Agent;

/// <summary>One connection of <see cref="ControlPassage"/>; calls on its two sockets never block.</summary>
internal sealed class PassedConnection : IDisposable
{
    private readonly Socket _here;
    private readonly Socket _there;
    private readonly PassedBytes _out;
    private readonly PassedBytes _back;
    private bool _isConnected;

    private PassedConnection(Socket here, Socket there) =>
        (_here, _there, _out, _back, LastUsed) = (here, there, new PassedBytes(here, there), new PassedBytes(there, here), Environment.TickCount64);

    /// <summary>The time at which bytes last came through, as <see cref="Environment.TickCount64"/>.</summary>
    internal long LastUsed { get; private set; }

    /// <summary>Takes ownership of the socket and starts connecting to the laptop; null if that fails at once.</summary>
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
                // The connection is being made.
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

    /// <summary>Adds the sockets that this connection waits for.</summary>
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

    /// <summary>Passes on what can be passed on now; closes the connection and returns false once both directions have ended.</summary>
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
            // One end is gone; closing the socket tells the other.
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
