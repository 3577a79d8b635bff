using Stiefel.Server.Configuration;

namespace Stiefel.Server.Grants;

/// <summary>
/// Whether the desktop that was granted the disk may be at work although it is not connected: its cable may be out, and its kernel keeps what it
/// has not written until the connection is back. NBD_CMD_DISC alone says nothing: without a tunnel anybody on the cable can forge it, and a desktop that goes on sends it as well.
/// Thread-safe.
/// </summary>
public sealed class DesktopPresence(PayloadLinkOptions link, TimeProvider time)
{
    /// <summary>From the grant to the first connection, the payload's kernel starts. Nothing was written yet.</summary>
    public static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);

    private readonly Lock _lock = new();
    private string _label = "";
    private DateTimeOffset _since;
    private bool _wasConnected;
    private bool _isGone;

    /// <summary>Somebody has the disk from now on.</summary>
    /// <param name="label">Of the export.</param>
    /// <param name="wasConnected">True if a server before this one granted it.</param>
    public void Begin(string label, bool wasConnected)
    {
        lock (_lock)
        {
            (_label, _since, _wasConnected, _isGone) = (label, time.GetUtcNow(), wasConnected, false);
        }
    }

    /// <summary>Its connection is there.</summary>
    public void Opened(string label)
    {
        lock (_lock)
        {
            if (label == _label)
            {
                (_wasConnected, _isGone) = (true, false);
            }
        }
    }

    /// <summary>Its connection is gone.</summary>
    public void Closed(string label)
    {
        lock (_lock)
        {
            if (label == _label)
            {
                _since = time.GetUtcNow();
            }
        }
    }

    /// <summary>It is known that it does not come back.</summary>
    public void Leave(string label)
    {
        lock (_lock)
        {
            _isGone |= label == _label;
        }
    }

    /// <summary>What a desktop that is not connected may be doing, for people; null if it is gone.</summary>
    public string? WhatItMayDo()
    {
        lock (_lock)
        {
            var limit = _wasConnected ? TimeSpan.FromSeconds(link.DeadConnectionSeconds) : StartLimit;
            var mayWaitForEver = _wasConnected && link.DeadConnectionSeconds == 0;
            if (_isGone || (!mayWaitForEver && time.GetUtcNow() - _since >= limit))
            {
                return null;
            }

            var until = mayWaitForEver ? "however long that takes" : $"until {_since + limit:u}";
            return _wasConnected ? $"has not been heard of since {_since:u} and may go on when its cable is back, {until}" : $"is starting, {until}";
        }
    }
}
