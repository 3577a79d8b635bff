using System.Globalization;
using Stiefel.EnvelopeBench;

// The third mode starts the other two as processes.
return args switch
{
    ["serve", var directory, var port] => await LaptopSide.RunAsync(directory, Number(port)),
    ["fetch", var directory, var port, var rounds] => await DesktopSide.RunAsync(directory, Number(port), Number(rounds)),
    _ => EnvelopeOptions.Parse(args) is { } options ? Measurement.Run(options) : 2,
};

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
