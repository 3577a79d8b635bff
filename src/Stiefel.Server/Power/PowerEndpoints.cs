using Microsoft.AspNetCore.Http.HttpResults;
using Stiefel.Protocol.Control;

namespace Stiefel.Server.Power;

/// <summary>Shows the laptop's power state and controls its beeps.</summary>
public static class PowerEndpoints
{
    /// <summary>Adds the routes of mains, batteries and beeps.</summary>
    public static void MapPower(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/api/v1/power", GetPower)
            .WithName("GetPower").WithTags("Power").WithSummary("The laptop's power source, charge and remaining time");
        endpoints.MapPost("/api/v1/beep", Beep)
            .WithName("Beep").WithTags("Power")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status409Conflict)
            .WithSummary("Sounds the beeps of a state once, as a test; or silences the laptop until its power state becomes worse; or ends the silence");
    }

    private static Ok<PowerStatus> GetPower(PowerFeed feed, PowerAlarm alarm)
    {
        var now = feed.Latest;
        var reading = now.Reading;
        return TypedResults.Ok(new PowerStatus(
            now.Word, now.Since, reading.Percent, reading.TimeLeft is { } left ? (int)left.TotalMinutes : null, reading.Doubt,
            [.. reading.Supplies.Select(s => new PowerSupplyStatus(s.Name, s.Type, s.Online, s.Status, s.Percent, !s.IsForeign))], alarm.Status));
    }

    private static Results<Ok<AlarmStatus>, ProblemHttpResult> Beep(BeepRequest request, PowerAlarm alarm)
    {
        if (request.Test is null == request.Silence is null)
        {
            return TypedResults.Problem("expected either \"test\" or \"silence\"", statusCode: StatusCodes.Status400BadRequest);
        }

        if (!alarm.Status.IsOn)
        {
            return TypedResults.Problem("this laptop does not beep: the setting Power:Beep is false", statusCode: StatusCodes.Status409Conflict);
        }

        if (request.Silence is { } silent)
        {
            alarm.Silence(silent);
            return TypedResults.Ok(alarm.Status);
        }

        if (PowerWords.Read(request.Test!) is not { } state)
        {
            return TypedResults.Problem($"no state has this name; expected one of {string.Join(", ", PowerStates.All)}", statusCode: StatusCodes.Status400BadRequest);
        }

        alarm.Test(state);
        return TypedResults.Ok(alarm.Status);
    }
}
