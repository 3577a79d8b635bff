using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Stiefel.Server.Metrics;

/// <summary>Writes the instruments of a meter in Prometheus' text format, version 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/).</summary>
public static class PrometheusText
{
    /// <summary>The media type of the text.</summary>
    public const string MediaType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Reads every instrument of a meter once. Names need no escaping, because they are all the server's own; there are no labels.</summary>
    public static string Of(Meter meter)
    {
        var text = new SortedDictionary<string, string>(StringComparer.Ordinal);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter == meter)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => text[instrument.Name] = Lines(instrument, "gauge", value.ToString("R", CultureInfo.InvariantCulture)));
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => text[instrument.Name] = Lines(instrument, "counter", value.ToString(CultureInfo.InvariantCulture)));
        listener.Start();
        listener.RecordObservableInstruments();
        return string.Concat(text.Values);
    }

    private static string Lines(Instrument instrument, string kind, string value) => new StringBuilder()
        .Append("# HELP ").Append(instrument.Name).Append(' ').Append(instrument.Description).Append('\n')
        .Append("# TYPE ").Append(instrument.Name).Append(' ').Append(kind).Append('\n')
        .Append(instrument.Name).Append(' ').Append(value).Append('\n').ToString();
}
