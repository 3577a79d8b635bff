using System.CommandLine;
using Stiefel.Client.OwnSystem;
using Stiefel.CommandLine;
using Stiefel.Linux.Firmware;

namespace Stiefel.Client.Verbs;

/// <summary>`stiefel-client own-system`, which the stick's menu offers to start the desktop's own system instead of the laptop's.</summary>
internal static class OwnSystemVerb
{
    public static Command Build()
    {
        var json = JsonLine.Option();
        var command = new Command("own-system", "Make the firmware start this computer's own system once, at the next start, instead of the stick or network that started it now. Restart afterwards")
        {
            json,
        };
        command.SetAction(parsed =>
        {
            var number = Order();
            parsed.InvocationConfiguration.Output.WriteLine(parsed.GetValue(json) ? JsonLine.Of(("bootNext", (int)number)) : $"the firmware starts Boot{number:X4} next");
            return ExitCode.Done;
        });
        return command.WithExamples("stiefel-client own-system && reboot -f");
    }

    private static ushort Order()
    {
        var variables = new EfiVariables();
        if (!variables.AreThere)
        {
            throw new FailedException("this machine was not started by UEFI, or efivarfs is not mounted: choose its own disk in the firmware's boot menu");
        }

        var next = new NextStart(variables);
        if (next.Find() is not { } number)
        {
            throw new FailedException("the firmware has no entry besides the one that started this: choose a disk in the firmware's boot menu");
        }

        try
        {
            next.Order(number);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new FailedException($"the firmware refuses BootNext ({error.Message}): choose a disk in the firmware's boot menu", error);
        }

        return number;
    }
}
