using System.Net.Sockets;

namespace Stiefel.Attach.Agent;

/// <summary>One direction of a <see cref="PassedConnection"/>: all received bytes are sent on before more are received.</summary>
internal sealed class PassedBytes(Socket from, Socket to)
{
    // Keep the buffers small: each of ControlPassage.MaxConnections has two, in locked memory.
    private const int BufferBytes = 8 * 1024;

    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _start;
    private int _end;
    private bool _hasEnded;

    /// <summary>True once the sender has closed its side and the receiver has been told.</summary>
    internal bool IsOver { get; private set; }

    internal void AddWait(List<Socket> readable, List<Socket> writable)
    {
        if (_start < _end)
        {
            writable.Add(to);
        }
        else if (!_hasEnded)
        {
            readable.Add(from);
        }
    }

    /// <summary>Passes on the bytes that are there; false if none were received.</summary>
    /// <exception cref="SocketException">One end is gone.</exception>
    internal bool Pass()
    {
        var passed = Receive();
        while (_start < _end)
        {
            var sent = to.Send(_buffer.AsSpan(_start, _end - _start), SocketFlags.None, out var error);
            if (IsNotNow(error))
            {
                break;
            }

            _start += sent;
        }

        if (_hasEnded && _start == _end && !IsOver)
        {
            to.Shutdown(SocketShutdown.Send);
            IsOver = true;
        }

        return passed;
    }

    private bool Receive()
    {
        if (_start < _end || _hasEnded)
        {
            return false;
        }

        var count = from.Receive(_buffer, SocketFlags.None, out var error);
        if (IsNotNow(error))
        {
            return false;
        }

        (_start, _end, _hasEnded) = (0, count, count == 0);
        return true;
    }

    private static bool IsNotNow(SocketError error) => error switch
    {
        SocketError.Success => false,
        SocketError.WouldBlock => true,
        _ => throw new SocketException((int)error),
    };
}
