using System.Diagnostics.Metrics;
using Stiefel.Linux.Kernel;
using Stiefel.Nbd.Connections;
using Stiefel.Server.Configuration;
using Stiefel.Server.Events;
using Stiefel.Server.Grants;
using Stiefel.Server.Power;
using Stiefel.Server.Sessions;

namespace Stiefel.Server.Metrics;

/// <summary>What the server counts, as instruments of the platform: /metrics shows them, and so does any listener to the meter.</summary>
public sealed class ServerMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string Name = "Stiefel.Server";

    private readonly Meter _meter = new(Name);

    /// <summary>Creates the instruments; each reads its value only when it is asked.</summary>
    public ServerMetrics(ServerOptions options, NbdServer nbd, EventJournal journal, EventWatchers watchers, PowerFeed power, LoadHistory load, TimeProvider time, IDiskGate? gate = null, SessionTable? sessions = null)
    {
        var started = time.GetUtcNow();
        Gauge("start_time_seconds", () => started.ToUnixTimeMilliseconds() / 1000.0, "When the server started, since 1970-01-01T00:00:00Z");
        Gauge("nbd_connections", () => nbd.Connections.Count, "Connections to the block server that use an export");
        Counter("nbd_requests_total", () => nbd.Totals.Requests, "Requests that the block server served");
        Counter("nbd_read_bytes_total", () => nbd.Totals.BytesOut, "Bytes that desktops read");
        Counter("nbd_written_bytes_total", () => nbd.Totals.BytesIn, "Bytes that desktops wrote");
        Gauge("nbd_latency_seconds", () => load.Now.Minute is [.., { LatencyMs: { } latency }] ? latency / 1000 : double.NaN, "How long disk and reply took for a request of the last second, on average; NaN without any");
        Gauge("unwritten_bytes", () => UnwrittenMemory.Read() ?? double.NaN, "Bytes in this machine's memory that still have to be written to its disks");
        Gauge("temperature_celsius", () => load.Now.Minute is [.., { Celsius: { } degrees }] ? degrees : double.NaN, "The hottest sensor of this machine; NaN without any");
        Counter("events_total", () => journal.Last, "Events that were recorded");
        Gauge("event_watchers", () => watchers.Count, "Clients that watch events");
        if (gate is not null && sessions is not null)
        {
            Gauge("sessions", () => sessions.Confirmed.Count, "Desktops that proved to hold a key");
            Gauge("grants", () => gate.Exports.Count, "Desktops that have the disk, or a snapshot of it");
        }

        Gauge("power_state", () => (double)power.Latest.Reading.State, "The laptop's power source: 0 unknown, 1 mains, 2 battery, 3 low, 4 critical");
        Gauge("battery_ratio", () => power.Latest.Reading.Percent / 100.0 ?? double.NaN, "How full the batteries are, 0 to 1; NaN without any");
        Gauge("disk_read_only", () => options.Disk.ReadOnly ? 1 : 0, "1 if writes are refused");
    }

    /// <summary>All values of this moment, in Prometheus' text format.</summary>
    public string Now() => PrometheusText.Of(_meter);

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private void Gauge(string name, Func<double> look, string help) => _meter.CreateObservableGauge("stiefel_" + name, look, description: help);

    private void Counter(string name, Func<long> look, string help) => _meter.CreateObservableCounter("stiefel_" + name, look, description: help);
}
